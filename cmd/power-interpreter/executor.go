package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"power-interpreter/internal/config"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/keyring"
	"power-interpreter/internal/logwriter"
)

type executorCommand struct {
	Remove bool `name:"rm" help:"Remove every session, its sandbox and its files at the end."`
}

// Run serves fronts until ctx ends. Like a server it leaves sessions, and what
// runs in them, to the next start.
func (e executorCommand) Run(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	c.Host, c.ExecutorURL = "127.0.0.1", "" // a server's: what may be wrong about them is nothing to this
	if err := errors.Join(c.Check(), c.CheckExecutor()); err != nil {
		return err
	}
	p, err := assemble(ctx, c, newLogger(c, logs))
	if err != nil {
		return err
	}
	api, err := p.listen(ctx, c, c.ExecutorListen)
	if err == nil {
		fmt.Printf("executor listening on %s\n", api.url)
		select {
		case err = <-api.failed:
		case <-ctx.Done():
		}
		err = errors.Join(err, api.stop(ctx))
	}
	if e.Remove {
		return errors.Join(err, p.purge())
	}
	return errors.Join(err, p.close())
}

// executorAPI is the orchestrator of this process, served.
type executorAPI struct {
	api    *server.Server
	http   *http.Server
	url    string
	failed chan error
}

// listen serves the orchestrator to fronts.
func (p *parts) listen(ctx context.Context, c *config.Config, address string) (*executorAPI, error) {
	secure, err := certificate(c)
	if err != nil {
		return nil, err
	}
	listener, err := server.Listen(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("%w: set EXECUTOR_LISTEN to a free address, port 0 to have one chosen", err)
	}
	var tokens []keyring.Key
	for _, t := range c.ExecutorTokens {
		tokens = append(tokens, keyring.Key(t))
	}
	e := &executorAPI{
		api:    server.New(server.Config{Tokens: tokens, Build: version, Logger: p.log}, p.Orchestrator),
		url:    "http://" + listener.Addr().String(),
		failed: make(chan error, 1),
	}
	if secure != nil {
		e.url = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, secure)
	}
	e.http = e.api.HTTP()
	go func() { e.failed <- serveUntilClosed(e.http, listener) }()
	p.log.Info("serving fronts", "address", e.url, "tokens", len(tokens), "version", version)
	return e, nil
}

func serveUntilClosed(s *http.Server, l net.Listener) error {
	err := s.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// stop lets calls end for as long as a server does; then their code goes on as jobs.
func (e *executorAPI) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	e.api.Shutdown(ctx)
	return shut(ctx, e.http)
}

// certificate is the executor's, nil for plain HTTP.
func certificate(c *config.Config) (*tls.Config, error) {
	if c.ExecutorTLSCert == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.ExecutorTLSCert, c.ExecutorTLSKey)
	if err != nil {
		return nil, fmt.Errorf("EXECUTOR_TLS_CERT and EXECUTOR_TLS_KEY: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}
