// Package lab holds what a benchmark measures with: the server as a process, a
// raw MCP client, bare containers for the floors, and the peer in a container
// of its own.
package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// defaultSocket is where an engine listens.
const defaultSocket = "/var/run/docker.sock"

// maxAnswer bounds an answer of the engine, in bytes.
const maxAnswer = 8 << 20

// Engine speaks to the container engine with as little as possible between:
// its floors must not carry a client library's cost.
type Engine struct {
	socket string
	http   *http.Client
}

// NewEngine takes the engine that DOCKER_HOST names, a local socket.
func NewEngine() *Engine {
	e := &Engine{socket: defaultSocket}
	if host, isSocket := strings.CutPrefix(os.Getenv("DOCKER_HOST"), "unix://"); isSocket {
		e.socket = host
	}
	e.http = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return e.dial(ctx) },
	}}
	return e
}

// Close drops idle connections.
func (e *Engine) Close() { e.http.CloseIdleConnections() }

func (e *Engine) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", e.socket)
}

// call asks the engine; in is sent as JSON if not nil, the answer is decoded
// into out if not nil.
func (e *Engine) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://engine"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := e.http.Do(request)
	if err != nil {
		return fmt.Errorf("the engine: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the engine: %s %s: %s", method, path, strings.TrimSpace(string(answer)))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// inspected is what is used of a container's description.
type inspected struct {
	State struct {
		Pid     int
		Running bool
	}
	Config     map[string]any
	HostConfig map[string]any
}

func (e *Engine) inspect(ctx context.Context, id string) (inspected, error) {
	var i inspected
	return i, e.call(ctx, http.MethodGet, "/containers/"+id+"/json", nil, &i)
}

// list returns the ids of the containers, stopped ones too, that have a label.
func (e *Engine) list(ctx context.Context, label string) ([]string, error) {
	filters, err := json.Marshal(map[string][]string{"label": {label}})
	if err != nil {
		return nil, err
	}
	var found []struct{ ID string }
	if err := e.call(ctx, http.MethodGet, "/containers/json?all=1&filters="+url.QueryEscape(string(filters)), nil, &found); err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	return ids, nil
}

func (e *Engine) remove(ctx context.Context, id string) error {
	return e.call(ctx, http.MethodDelete, "/containers/"+id+"?force=1&v=1", nil, nil)
}
