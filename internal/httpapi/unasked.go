package httpapi

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// unaskedBytes is what is taken in of a body where none has a meaning.
const unaskedBytes = 64 << 10

// unasked takes in the body of a request whose method has none, before it is
// served: net/http reads it before it answers, for as long as a client that
// sends none of it pleases.
func (a *API) unasked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 && r.Method != http.MethodPost && r.Method != http.MethodPut {
			conn := http.NewResponseController(w)
			_ = conn.SetReadDeadline(time.Now().Add(awayTime)) // not supported by a test's recorder
			if _, err := io.CopyN(io.Discard, r.Body, unaskedBytes); !errors.Is(err, io.EOF) {
				w.Header().Set("Connection", "close")
				fail(w, http.StatusBadRequest, "invalid_argument", "this method takes no body: send the request without one")
				return
			}
			_ = conn.SetReadDeadline(time.Time{}) // left behind, it would pass for a dropped connection
		}
		next.ServeHTTP(w, r)
	})
}
