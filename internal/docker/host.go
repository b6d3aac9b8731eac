package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"path"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

// DefaultHost is where an engine listens unless told otherwise.
const DefaultHost = "unix:///var/run/docker.sock"

// Socket returns the path of the socket that a DOCKER_HOST names, or, as
// CodeUnavailable, why it is none of this host.
func Socket(host string) (string, error) { return socketOf(host) }

// socketOf returns the path of the socket that a DOCKER_HOST names. Sandboxes
// mount folders of this host, so an engine elsewhere is refused.
func socketOf(host string) (string, error) {
	if host == "" {
		host = DefaultHost
	}
	socket, local := strings.CutPrefix(host, "unix://")
	if !local || !path.IsAbs(socket) {
		return "", orchestrator.Errorf(orchestrator.CodeUnavailable,
			"DOCKER_HOST is not a socket on this host, and sandboxes mount folders of the host that their engine runs on: "+
				"run `power-interpreter executor` there and point EXECUTOR_URL at it, or unset DOCKER_HOST to use the engine here")
	}
	return path.Clean(socket), nil
}

// hijack lets go of an attachment's dialled connection when a context ends:
// the client heeds the context while it dials but not while it waits for the
// engine's answer.
type hijack struct{ stop func() bool }

type hijackKey struct{}

// watch returns a context whose hijacked connection is broken off when it ends.
func (h *hijack) watch(ctx context.Context) context.Context {
	return context.WithValue(ctx, hijackKey{}, h)
}

// release leaves the connection to its new owner. It reports false when the
// context ended first, and the connection is broken.
func (h *hijack) release() bool { return h.stop == nil || h.stop() }

// dialer dials the engine's socket for the client's pool and for attachments.
// The client names the network "unix" for the latter, "tcp" for its pool.
func dialer(socket string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if h, ok := ctx.Value(hijackKey{}).(*hijack); ok && err == nil && network == "unix" {
			h.stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		}
		return conn, err
	}
}

// oneLine is JSON without its white space.
func oneLine(text string) (string, error) {
	var line bytes.Buffer
	err := json.Compact(&line, []byte(text))
	return line.String(), err
}
