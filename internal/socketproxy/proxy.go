// Package socketproxy stands between a server and its engine's socket. The
// socket is as good as root on the host; what the proxy offers in its place is
// good for the sandboxes of one data folder.
package socketproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"power-interpreter/internal/docker"
)

const (
	// askTime bounds the question whose a container is, before each call on one.
	askTime = 5 * time.Second
	// maxAbout bounds the answer, in bytes: it repeats the seccomp profile.
	maxAbout = 1 << 20
	// headTime and maxHead bound what comes before a body.
	headTime = 10 * time.Second
	maxHead  = 64 << 10
	// idleTime is when a connection without a request is closed.
	idleTime = 2 * time.Minute
)

// Config is what a Proxy is made with.
type Config struct {
	// Engine is the path of the engine's socket.
	Engine string
	// Rules say what is passed on.
	Rules docker.Rules
	// Logger gets what was refused; nil is slog.Default().
	Logger *slog.Logger
}

// Proxy is an http.Handler that passes the calls that Rules allow on to the
// engine, and answers every other with 403.
type Proxy struct {
	cfg    Config
	log    *slog.Logger
	engine *http.Transport
}

// New returns a proxy. It connects to nothing yet.
func New(cfg Config) *Proxy {
	p := &Proxy{cfg: cfg, log: cfg.Logger}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.engine = &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return p.dial(ctx) },
		DisableCompression: true,
		MaxIdleConns:       8,
		IdleConnTimeout:    idleTime,
	}
	return p
}

// Server is one for the proxy, without time limits where a call may take long.
func (p *Proxy) Server() *http.Server {
	return &http.Server{
		Handler: p, ReadHeaderTimeout: headTime, MaxHeaderBytes: maxHead, IdleTimeout: idleTime,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
}

func (p *Proxy) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", p.cfg.Engine)
}

// ServeHTTP passes a request on, or refuses it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A request has a body all at once or not at all; the reader's bound closes
	// the connection of who sends more.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, docker.MaxCreate))
	if err != nil {
		p.refuse(w, r, fmt.Errorf("the body cannot be read: %w", err))
		return
	}
	// The path as it was sent: %2e and %2f are no part of any that is allowed.
	passed, err := p.cfg.Rules.Pass(r.Method, r.URL.EscapedPath(), r.URL.Query(), body)
	if err == nil {
		err = p.checkOwner(r.Context(), passed)
	}
	switch {
	case errors.Is(err, errEngine):
		answer(w, http.StatusBadGateway, err)
	case err != nil:
		p.refuse(w, r, err)
	case passed.Upgrade:
		p.splice(w, r, passed)
	default:
		p.forward(w, r, passed)
	}
}

// errEngine is wrapped where the engine is at fault, not the request.
var errEngine = errors.New("the engine does not answer the socket proxy")

// checkOwner asks the engine whose the container is that a request is about. One
// that is not there is nobody's: the engine may say so itself. Nothing that is
// passed on can give another container a name of ours.
func (p *Proxy) checkOwner(ctx context.Context, passed docker.Passed) error {
	if passed.Sandbox == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	res, err := p.ask(ctx, docker.Passed{Method: http.MethodGet, Path: "/containers/" + passed.Sandbox + "/json"})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	about, err := io.ReadAll(io.LimitReader(res.Body, maxAbout))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errEngine, err)
	case res.StatusCode == http.StatusNotFound:
		return nil
	case res.StatusCode != http.StatusOK || !p.cfg.Rules.Ours(passed.Sandbox, about):
		return fmt.Errorf("the container %s is no sandbox of %s", passed.Sandbox, p.cfg.Rules.DataDir)
	}
	return nil
}

// ask makes a request of the engine. The caller closes the answer's body.
func (p *Proxy) ask(ctx context.Context, passed docker.Passed) (*http.Response, error) {
	req, err := request(ctx, passed)
	if err != nil {
		return nil, err
	}
	res, err := p.engine.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errEngine, err)
	}
	return res, nil
}

// request is the engine's. No header of the asker's is in it.
func request(ctx context.Context, passed docker.Passed) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, passed.Method, "http://engine"+passed.Path+"?"+passed.Query.Encode(), bytes.NewReader(passed.Body))
	if err != nil {
		return nil, err
	}
	if len(passed.Body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, why error) {
	p.log.Warn("refused", "method", r.Method, "path", fmt.Sprintf("%.200q", r.URL.EscapedPath()), "reason", why.Error())
	answer(w, http.StatusForbidden, why)
}

// answer is an error as the engine writes its own.
func answer(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": "socket proxy: " + err.Error()}) // it has gone, or not
}
