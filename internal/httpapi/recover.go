package httpapi

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"
)

// recovered is the outermost: it keeps a panic from ending the connection
// without an answer, and logs each request without what it carried.
func (a *API) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		seen, start := &statusWriter{ResponseWriter: w}, time.Now()
		defer func() {
			if p := recover(); p != nil {
				a.panicked(seen, r, p)
			}
			a.log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("method", r.Method),
				slog.String("path", r.URL.Path), slog.Int("status", seen.status), slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000))
		}()
		next.ServeHTTP(seen, r)
	})
}

// panicked logs where it was, and the panic's own words only if the runtime
// spoke them: others could hold what was sent.
func (a *API) panicked(w *statusWriter, r *http.Request, p any) {
	what := "not shown"
	if err, ok := p.(error); ok {
		if errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler)
		}
		if _, ours := err.(runtime.Error); ours {
			what = err.Error()
		}
	}
	a.log.ErrorContext(r.Context(), "a handler panicked", "path", r.URL.Path, "panic", what, "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer must not pass for a whole one
	}
	fail(w, http.StatusInternalServerError, "internal", "something failed inside the server: try again")
}

// statusWriter remembers the status that was sent, 0 for none yet.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader sends the head.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends, with status 200 if none was sent.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom sends what source has; the connection may have the kernel do it.
func (w *statusWriter) ReadFrom(source io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return io.Copy(w.ResponseWriter, source)
}

// Unwrap gives http.ResponseController what is beneath.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
