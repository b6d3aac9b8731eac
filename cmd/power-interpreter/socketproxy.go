package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/logwriter"
	"power-interpreter/internal/socketproxy"
)

// proxyMode lets its owner and group use the proxy's socket.
const proxyMode = 0o660

type socketProxyCommand struct {
	Socket string `arg:"" help:"Path of the socket to make; a server's DOCKER_HOST is unix:// and this."`
}

// Run serves until ctx ends. Attachments end with it, and their server makes
// them again.
func (s socketProxyCommand) Run(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	c.Host, c.ExecutorURL = "127.0.0.1", "" // a server's: what may be wrong about them is nothing to this
	if err := c.Check(); err != nil {
		return err
	}
	folder := c.DataDirHost
	if folder == "" {
		folder = c.DataDir
	}
	engine := c.DockerHost
	if engine == "" {
		engine = docker.DefaultHost
	}
	path, local := strings.CutPrefix(engine, "unix://")
	if !local {
		return errors.New("DOCKER_HOST must be the engine's socket on this host, as unix:///var/run/docker.sock")
	}
	listener, err := listenAt(s.Socket)
	if err != nil {
		return err
	}
	log := newLogger(c, logs)
	server := socketproxy.New(socketproxy.Config{
		Engine: path, Logger: log,
		Rules: docker.Rules{DataDir: folder, Image: c.Image, Runtime: c.Runtime, Limits: c.Limits().Sandbox},
	}).Server()
	failed := make(chan error, 1)
	go func() { failed <- serveUntilClosed(server, listener) }()
	fmt.Printf("socket proxy listening on %s\n", s.Socket)
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	return errors.Join(err, server.Close())
}

// listenAt makes the socket anew: one that a killed proxy has left is in the way.
func listenAt(path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s is there and is no socket: name another path", path)
	case err == nil:
		err = os.Remove(path)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("%w: name a path in a folder that is there", err)
	}
	if err := os.Chmod(path, proxyMode); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}
