package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
	"power-interpreter/internal/logwriter"
	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/internal/rawconn"
	"power-interpreter/orchestrator"
)

// stopGrace is how long calls may run on once the server is told to stop;
// with what closing takes it is within the ten seconds of container engines.
const stopGrace = 4 * time.Second

type serveCommand struct {
	Remove bool `name:"rm" help:"Remove every session, its sandbox and its files at the end."`
}

// Run serves until ctx ends.
func (s serveCommand) Run(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	b, err := behind(ctx, c, logs)
	if err != nil {
		return err
	}
	err = b.serve(ctx, c)
	if s.Remove {
		return errors.Join(err, b.purge())
	}
	return errors.Join(err, b.close())
}

func (b *backend) serve(ctx context.Context, c *config.Config) error {
	api, err := b.api(c)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Address())
	if err != nil {
		return fmt.Errorf("%w: set PORT to a free one, or 0 to have one chosen", err)
	}
	server := httpapi.NewServer(api)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(rawconn.Listener(listener)) }()
	fmt.Printf("listening on http://%s/mcp\n", listener.Addr())
	b.log.Info("serving", "address", listener.Addr().String(), "version", version)
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	return errors.Join(err, api.Shutdown(stopping), shut(stopping, server))
}

// shut ends the HTTP server. Its streams are closed; connections that still
// linger when ctx ends are cut.
func shut(ctx context.Context, server *http.Server) error {
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}

func (b *backend) api(c *config.Config) (*httpapi.API, error) {
	secret, err := b.secret()
	if err != nil {
		return nil, err
	}
	links := httpapi.NewLinks(secret, c.PublicURL)
	options := b.linked(b.options(c), links)
	metrics := httpapi.NewMetrics(version, b, b)
	options.Observe = metrics.Called
	wires := transport.New(mcptool.NewServer(b, options), transport.Config{
		Secret: secret, MaxRequest: c.MaxRequestMB << 20, BasePath: c.BasePath(), Logger: b.log,
		UploadTo: func(ctx context.Context, session, file string) string {
			return options.UploadTo(ctx, orchestrator.Ref{Owner: mcptool.Owner(ctx), ID: session}, file)
		},
	})
	var keys []keyring.Key
	for _, k := range c.Keys {
		keys = append(keys, keyring.Key(k))
	}
	return httpapi.New(httpapi.Config{
		Keys: keys, Anonymous: orchestrator.Anonymous, Host: c.Host, PublicURL: c.PublicURL, CORSOrigins: c.CORSOrigins,
		Files: b, Links: links, Admin: b, AdminKey: c.AdminKey, Metrics: metrics,
		Version: version, WithOwner: mcptool.WithOwner, Logger: b.log,
	}, b, wires)
}
