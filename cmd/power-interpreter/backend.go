package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/logwriter"
	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// service is all that a server of MCP needs of where the code is run.
type service interface {
	orchestrator.Service
	orchestrator.Administration
}

// backend is where the code is run: in this process, or by an executor.
type backend struct {
	service
	log *slog.Logger
	// secret signs links and clients' ids.
	secret func() ([]byte, error)
	// close leaves every session as it is; purge removes them, with their files.
	close, purge func() error
	// stopIdle stops what nobody may ask for again soon.
	stopIdle func()
}

// behind opens what EXECUTOR_URL says. The caller closes it, or purges it.
func behind(ctx context.Context, c *config.Config, logs *logwriter.Writer) (*backend, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	log := newLogger(c, logs)
	if c.ExecutorURL == "" {
		p, err := assemble(ctx, c, log)
		if err != nil {
			return nil, err
		}
		return p.backend(), nil
	}
	address, here := c.ExecutorHere()
	if !here || listens(ctx, address) {
		return remote(ctx, c, log)
	}
	if err := engineAnswers(ctx, c, log); err != nil { // somebody may start an executor there later
		log.Warn("no executor listens at EXECUTOR_URL, and none can be started here", "reason", orchestrator.AsError(err).Message)
		return remote(ctx, c, log)
	}
	return hosted(ctx, c, log, address)
}

// hosted starts the executor at a loopback address where nothing listens. This
// process uses its orchestrator directly: a hop less, and nothing more to fail.
// Others on this host reach it there.
func hosted(ctx context.Context, c *config.Config, log *slog.Logger, address string) (*backend, error) {
	p, err := assemble(ctx, c, log)
	if err != nil {
		return nil, err
	}
	served, err := p.listen(ctx, c, address)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	b := p.backend()
	closed, purged := b.close, b.purge
	b.close = func() error { return errors.Join(served.stop(ctx), closed()) }
	b.purge = func() error { return errors.Join(served.stop(ctx), purged()) }
	return b, nil
}

// engineAnswers says whether sandboxes can be had on this host: nil, or why not.
func engineAnswers(ctx context.Context, c *config.Config, log *slog.Logger) error {
	engine, err := docker.New(docker.Config{Host: c.DockerHost, Image: c.Image, Logger: log})
	if err != nil {
		return err
	}
	_, err = engine.List(ctx, c.DataDir)
	return errors.Join(err, engine.Close())
}

// probeTime is how long a loopback address may take to accept.
const probeTime = time.Second

func listens(ctx context.Context, address string) bool {
	conn, err := (&net.Dialer{Timeout: probeTime}).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was only knocked at
	return true
}

// backend is the orchestrator of this process.
func (p *parts) backend() *backend {
	return &backend{service: p.Orchestrator, log: p.log, secret: p.files.Secret, close: p.close, purge: p.purge, stopIdle: p.StopIdle}
}

// newLogger is the log of a process, which begins with the settings in force.
func newLogger(c *config.Config, logs *logwriter.Writer) *slog.Logger {
	log := slog.New(logs.Handler(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: c.Level()})))
	for _, m := range c.FindMisspelt(os.Environ()) {
		log.Warn("unknown name in the environment: did you mean "+m.Near+"?", "name", m.Name)
	}
	log.Info("settings", "settings", c)
	return log
}

func (b *backend) options(c *config.Config) mcptool.Options {
	return mcptool.Options{Version: version, DetachAfter: time.Duration(c.DetachAfter), Logger: b.log}
}
