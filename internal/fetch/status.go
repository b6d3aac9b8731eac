package fetch

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// checkStatus explains an answer that is not 200.
func checkStatus(got *answer) error {
	status := got.resp.StatusCode
	if status == http.StatusOK {
		return nil
	}
	text := http.StatusText(status)
	if text == "" {
		text = "no status that is known"
	}
	message := fmt.Sprintf("%s answered %d (%s): %s", got.final.Hostname(), status, text, statusAdvice(got.resp))
	if status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound {
		message += shareHint(got.asked)
	}
	return &Error{Code: HTTPStatus, Message: message}
}

func statusAdvice(resp *http.Response) string {
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return "the file is not public or the link has expired; use a public or signed link, or upload_file"
	case status == http.StatusNotFound, status == http.StatusGone:
		return "there is no file at that address; check it, capitals included"
	case status == http.StatusTooManyRequests:
		return "too many requests; " + retryAfter(resp)
	case status == http.StatusUnavailableForLegalReasons:
		return "the file is blocked there; find another source"
	case status >= 500:
		return "that server has a fault; " + retryAfter(resp)
	case status >= 400:
		return "that server refuses the request; check the address"
	default:
		return "that is no file; check the address"
	}
}

// maxRetryAfter is the longest wait that is repeated to a caller.
const maxRetryAfter = 24 * time.Hour

// retryAfter says when to come back, by the Retry-After header (RFC 9110,
// 10.2.3) if it has a usable one.
func retryAfter(resp *http.Response) string {
	header := resp.Header.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(header); err == nil && seconds < int(maxRetryAfter/time.Second) {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = time.Until(at).Round(time.Second)
	}
	if wait <= 0 || wait > maxRetryAfter {
		return "try again later"
	}
	return "try again in " + wait.String()
}
