package tour

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"time"
)

// headerPatience bounds how long a client may take to ask.
const headerPatience = 10 * time.Second

// Source is a web server on this host's loopback with one file on it. The
// caller calls Close.
type Source struct {
	URL    string // of the file
	server *http.Server
	done   chan error
}

// Offer serves the workbook until Close.
func Offer(book []byte) (*Source, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+bookName, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		http.ServeContent(w, r, bookName, time.Time{}, bytes.NewReader(book))
	})
	s := &Source{
		URL:    "http://" + listener.Addr().String() + "/" + bookName,
		server: &http.Server{Handler: mux, ReadHeaderTimeout: headerPatience},
		done:   make(chan error, 1),
	}
	go func() { s.done <- s.server.Serve(listener) }()
	return s, nil
}

// Close ends it and every connection to it.
func (s *Source) Close() error {
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
