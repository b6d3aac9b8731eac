package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

const (
	// headerTime is how long a front may take over a request's head.
	headerTime = 10 * time.Second
	// idleTime is how long a connection is kept for the next call: longer than a
	// front keeps it, which must be the first to close.
	idleTime = 3 * time.Minute
	// headerBytes bounds a request's head: names of files are in it.
	headerBytes = 64 << 10
	// maxConnections bounds those open, strangers' included.
	maxConnections = maxCalls + 1000
)

// HTTP returns an http.Server for the API with its bounds in time and bytes. It
// has none on writing: calls last. It speaks HTTP/1.1 only: a connection of its
// own for each call, so that none waits for another's file.
func (s *Server) HTTP() *http.Server {
	var only http.Protocols
	only.SetHTTP1(true)
	return &http.Server{
		Handler:           s,
		Protocols:         &only,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // it has gone, or not
}
