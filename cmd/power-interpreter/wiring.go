package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/fetch"
	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/runner"
	"power-interpreter/internal/store"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

// parts are what both ways of serving are made of.
type parts struct {
	log    *slog.Logger
	files  *workspace.Root
	store  *store.Store
	engine *docker.Engine
	*orchestrator.Orchestrator
}

// assemble checks the settings, opens the data folder and starts the
// orchestrator. The caller closes the parts, or purges them.
func assemble(ctx context.Context, c *config.Config) (*parts, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	p := &parts{log: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.Level()}))}
	var err error
	if p.files, err = workspace.Open(c.DataDir); err != nil {
		return nil, err
	}
	if p.store, err = store.Open(p.files.StatePath(), p.log); err != nil {
		return nil, errors.Join(err, p.files.Close())
	}
	if p.engine, err = docker.New(docker.Config{Host: c.DockerHost, Image: c.Image, Logger: p.log}); err != nil {
		return nil, errors.Join(err, p.store.Close(), p.files.Close())
	}
	p.Orchestrator = orchestrator.New(orchestrator.Config{
		Limits: c.Limits(), Image: c.Image, Runtime: c.Runtime,
		Engine: p.engine, Dial: runner.Dial, Workspace: p.files, Store: p.store,
		Fetcher: fetch.Port{Fetcher: fetch.New(fetch.Config{AllowPrivate: c.FetchAllowPrivate, MaxBytes: c.MaxFetchMB << 20, Logger: p.log})},
		Logger:  p.log,
	})
	if err := p.Start(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// close leaves claimed sandboxes for the next start to adopt.
func (p *parts) close() error {
	return errors.Join(p.Close(), p.engine.Close(), p.store.Close(), p.files.Close())
}

// purge removes everything of every session.
func (p *parts) purge() error {
	return errors.Join(p.Purge(), p.engine.Close(), p.store.Close(), p.files.Close())
}

func (p *parts) options(c *config.Config) mcptool.Options {
	return mcptool.Options{Version: version, DetachAfter: time.Duration(c.DetachAfter), Logger: p.log}
}
