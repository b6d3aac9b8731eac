package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

const (
	// headerTime is how long a client may take over a request's head.
	headerTime = 10 * time.Second
	// idleTime is how long a connection is kept for the next request: longer
	// than the 60 seconds of common proxies, which must be the first to close.
	idleTime = 120 * time.Second
	// headerBytes bounds a request's head: keys, ids and a few cookies.
	headerBytes = 64 << 10
)

// NewServer returns an http.Server for the API with its bounds in time and
// bytes. It has none on writing: streams last. A body's are its handler's.
func NewServer(a *API) *http.Server {
	return &http.Server{
		Handler:           a,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}
