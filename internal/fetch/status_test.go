package fetch_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"power-interpreter/internal/fetch"
)

func TestEveryOtherStatusIsExplained(t *testing.T) {
	soon := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, test := range []struct {
		status     int
		retryAfter string
		words      []string
	}{
		{401, "", []string{"401 (Unauthorized)", "not public", "upload_file"}},
		{403, "", []string{"403 (Forbidden)", "not public"}},
		{404, "", []string{"404 (Not Found)", "no file", "check it"}},
		{410, "", []string{"410 (Gone)", "no file"}},
		{429, "90", []string{"429", "too many requests", "1m30s"}},
		{429, "-1", []string{"try again later"}},
		{429, "99999999999999999999", []string{"try again later"}},
		{429, "soon", []string{"try again later"}},
		{503, soon, []string{"503", "fault", "try again in"}},
		{503, "Thu, 01 Jan 2099 00:00:00 GMT", []string{"try again later"}},
		{451, "", []string{"451", "another source"}},
		{418, "", []string{"418", "refuses"}},
		{500, "", []string{"500", "fault", "try again later"}},
		{204, "", []string{"204", "no file"}},
		{206, "", []string{"206"}},
		{304, "", []string{"304"}},
		{300, "", []string{"300"}},
		{799, "", []string{"799", "no status that is known"}},
	} {
		t.Run(fmt.Sprint(test.status, " ", test.retryAfter), func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", test.retryAfter)
				w.WriteHeader(test.status)
			})
			_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/x.csv", "")
			wantWords(t, wantCode(t, err, fetch.HTTPStatus), test.words...)
		})
	}
}
