package socketproxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"power-interpreter/internal/docker"
)

// forward passes the engine's answer back as it comes: events have no end.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, passed docker.Passed) {
	res, err := p.ask(r.Context(), passed)
	if err != nil {
		answer(w, http.StatusBadGateway, err)
		return
	}
	defer res.Body.Close()
	for _, name := range []string{"Content-Type", "Api-Version", "Ostype", "Server", "Docker-Experimental"} {
		if value := res.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(res.StatusCode)
	flush := http.NewResponseController(w)
	_ = flush.Flush()
	buf := make([]byte, 32<<10)
	for {
		n, err := res.Body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return
			}
			_ = flush.Flush()
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler) // so that what was cut does not look whole
		}
	}
}

// splice becomes a pipe between the asker and the engine, until either side
// ends. Neither is closed in one direction only: the engine would take that for
// the end of a sandbox's stdin.
func (p *Proxy) splice(w http.ResponseWriter, r *http.Request, passed docker.Passed) {
	engine, answered, res, err := p.upgrade(r, passed)
	if err != nil {
		answer(w, http.StatusBadGateway, err)
		return
	}
	defer engine.Close()
	if res.StatusCode != http.StatusSwitchingProtocols {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, io.LimitReader(res.Body, maxAbout))
		return
	}
	asker, asked, err := http.NewResponseController(w).Hijack()
	if err != nil {
		answer(w, http.StatusInternalServerError, err)
		return
	}
	defer asker.Close()
	_ = asker.SetDeadline(time.Time{})
	if err := res.Write(asker); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	pipe := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from) // its end is the connection's, however it comes
		done <- struct{}{}
	}
	go pipe(engine, asked)
	go pipe(asker, answered)
	<-done
	_ = engine.Close()
	_ = asker.Close()
	<-done
}

// upgrade asks the engine for a raw stream, on a connection of its own. What the
// engine says after its answer is read from answered.
func (p *Proxy) upgrade(r *http.Request, passed docker.Passed) (conn net.Conn, answered *bufio.Reader, res *http.Response, err error) {
	fail := func(err error) (net.Conn, *bufio.Reader, *http.Response, error) {
		if conn != nil {
			err = errors.Join(err, conn.Close())
		}
		return nil, nil, nil, fmt.Errorf("%w: %w", errEngine, err)
	}
	if conn, err = p.dial(r.Context()); err != nil {
		return fail(err)
	}
	req, err := request(r.Context(), passed)
	if err != nil {
		return fail(err)
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "tcp")
	_ = conn.SetDeadline(time.Now().Add(headTime))
	if err := req.Write(conn); err != nil {
		return fail(err)
	}
	answered = bufio.NewReader(conn)
	if res, err = http.ReadResponse(answered, req); err != nil {
		return fail(err)
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, answered, res, nil
}
