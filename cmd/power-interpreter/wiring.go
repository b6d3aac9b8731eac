package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/fetch"
	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/runner"
	"power-interpreter/internal/store"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

// parts are what an orchestrator in this process is made of.
type parts struct {
	log    *slog.Logger
	files  *workspace.Root
	store  *store.Store
	engine *docker.Engine
	*orchestrator.Orchestrator
}

// assemble opens the data folder and starts the orchestrator, by settings that
// were checked. The caller closes the parts, or purges them.
func assemble(ctx context.Context, c *config.Config, log *slog.Logger) (*parts, error) {
	shareCores()
	p := &parts{log: log}
	var err error
	if p.engine, err = docker.New(docker.Config{Host: c.DockerHost, Image: c.Image, Logger: p.log}); err != nil {
		return nil, err
	}
	if err := p.engine.Locate(ctx, c.DataDir, c.DataDirHost); err != nil {
		return nil, errors.Join(err, p.engine.Close())
	}
	if p.files, err = workspace.Open(c.DataDir); err != nil {
		return nil, errors.Join(err, p.engine.Close())
	}
	if p.store, err = store.Open(p.files.StatePath(), p.log); err != nil {
		return nil, errors.Join(err, p.files.Close(), p.engine.Close())
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

// linkTime bounds asking for a session's nonce: it is known, or a new session's
// folder is made.
const linkTime = 10 * time.Second

// linked adds to the options where files are served over HTTP.
func (b *backend) linked(o mcptool.Options, links *httpapi.Links) mcptool.Options {
	o.Link = func(ref orchestrator.Ref, path string) string {
		ctx, cancel := context.WithTimeout(context.Background(), linkTime)
		defer cancel()
		nonce, err := b.Nonce(ctx, ref, false)
		if err != nil {
			return ""
		}
		return links.Get(ref, nonce, path)
	}
	o.UploadTo = func(ctx context.Context, ref orchestrator.Ref, filename string) string {
		name, err := workspace.UploadName(ref.ID, filename)
		if err != nil {
			return ""
		}
		ctx, cancel := context.WithTimeout(ctx, linkTime)
		defer cancel()
		nonce, err := b.Nonce(ctx, ref, true)
		if err == nil {
			if link := links.Put(ref, nonce, name); link != "" {
				return "PUT " + link
			}
		}
		return "PUT " + httpapi.FilePath(ref.ID, name) + " on this server, with the same key"
	}
	return o
}
