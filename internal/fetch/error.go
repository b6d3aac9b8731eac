package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Code says which kind of failure an Error is. The values are stable.
type Code string

// The kinds of failure.
const (
	InvalidURL       Code = "invalid_url"        // not an address that can be fetched
	PrivateAddress   Code = "private_address"    // the host is, or resolves to, an address that may not be reached
	Unreachable      Code = "unreachable"        // no such host, or nothing answers there
	TLS              Code = "tls"                // no trustworthy encrypted connection
	Timeout          Code = "timeout"            // too slow to answer, stalled, or too slow altogether
	Cancelled        Code = "cancelled"          // the caller's context ended
	HTTPStatus       Code = "http_status"        // the server answered with anything but 200
	TooManyRedirects Code = "too_many_redirects" // more than 10
	UnsafeRedirect   Code = "unsafe_redirect"    // from https to http
	BadResponse      Code = "bad_response"       // not HTTP, headers too large, an unknown encoding
	HTMLPage         Code = "html_page"          // a web page instead of a file
	UnsupportedType  Code = "unsupported_type"   // a kind of file that is not fetched
	TooLarge         Code = "too_large"          // more than Config.MaxBytes
	Truncated        Code = "truncated"          // the connection broke before the file's end
	Empty            Code = "empty"              // a file of no bytes
)

// Error is a failure that a user may read: Message tells what happened and
// what to do next.
type Error struct {
	Code    Code
	Message string
	Err     error // the cause, for the log only; may be nil
}

// Error returns the code and the message, never the cause.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

func failed(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// The causes with which this package ends a download's context.
var (
	errStalled = errors.New("too few bytes arrived")
	errTooLong = errors.New("the whole download took too long")
)

// byContext explains a failure by the end of the download's context, if that
// has ended; else it returns nil.
func (f *Fetcher) byContext(ctx context.Context, host string) error {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return nil
	case errors.Is(cause, errStalled):
		return failed(Timeout, cause, "%s stopped sending for %s; try again later, or another address", host, f.config.StallTimeout)
	case errors.Is(cause, errTooLong):
		return failed(Timeout, cause, "the download from %s took longer than %s; fetch a smaller or a compressed (zip, parquet) file", host, f.config.TotalTimeout)
	case errors.Is(cause, context.DeadlineExceeded):
		return failed(Timeout, cause, "the download from %s took longer than the call may last; fetch a smaller file", host)
	default:
		return failed(Cancelled, cause, "the download from %s was cancelled; nothing was kept", host)
	}
}

// explain turns a failure before the body into an Error.
func (f *Fetcher) explain(ctx context.Context, host string, err error) error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	if ended := f.byContext(ctx, host); ended != nil {
		return ended
	}
	if what := tlsFault(err); what != "" {
		return failed(TLS, err, "%s %s; check the address, or get the file another way and use upload_file", host, what)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return failed(Timeout, err, "%s did not answer in time; try again later, or another address", host)
	}
	if _, ok := errors.AsType[*net.OpError](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return failed(Unreachable, err, "%s closed the connection without an answer; try again later, or another address", host)
	}
	return failed(BadResponse, err, "%s did not answer as a web server does; check the address and its port", host)
}

// tlsFault says in words what is wrong with a server's encryption, or "".
func tlsFault(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "has a certificate that has expired or is not valid yet (" + e.Cert.NotAfter.Format(time.DateOnly) + ")"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "has a certificate for another host"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "has a certificate from an authority that this server does not trust"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "has a certificate that is not valid"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "does not speak TLS on that port (is it http instead of https?)"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "refused the encrypted connection"
	}
	return ""
}
