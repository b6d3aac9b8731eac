//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw is a wire as a client's library has it: what it sends is written out
// here, so that a test can drop, cancel and close as no library lets it.
type raw struct {
	t       *testing.T
	name    string
	path    string // of its requests
	header  map[string]string
	meta    map[string]any
	answers chan message // of a wire that answers on one stream
	drop    func()       // ends that stream
}

// message is what comes back: an answer, or a notification.
type message struct {
	ID     *int   `json:"id"`
	Method string `json:"method"`
	Params struct {
		ProgressToken string
		Message       string
	} `json:"params"`
	Result struct {
		Content []struct{ Text string }
		IsError bool
	} `json:"result"`
}

func (m message) text() string {
	var parts []string
	for _, c := range m.Result.Content {
		parts = append(parts, c.Text)
	}
	return strings.Join(parts, "\n")
}

const modernVersion = "2026-07-28"

// wires opens each wire on the shared server.
func wires(t *testing.T) []*raw {
	return []*raw{streamable(t), modern(t), body(t), events(t)}
}

func streamable(t *testing.T) *raw {
	t.Helper()
	res := send(t, t.Context(), "/mcp", nil, map[string]any{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": map[string]any{
		"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "raw", "version": "1"}}})
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return &raw{t: t, name: "streamable", path: "/mcp", header: map[string]string{"Mcp-Session-Id": res.Header.Get("Mcp-Session-Id")}}
}

func modern(t *testing.T) *raw {
	return &raw{t: t, name: "modern", path: "/mcp",
		header: map[string]string{"Mcp-Protocol-Version": modernVersion, "Mcp-Method": "tools/call", "Mcp-Name": "execute_code"},
		meta: map[string]any{"io.modelcontextprotocol/protocolVersion": modernVersion,
			"io.modelcontextprotocol/clientCapabilities": map[string]any{}}}
}

func body(t *testing.T) *raw { return &raw{t: t, name: "body", path: "/mcp/sse"} }

// events opens the classic event stream.
func events(t *testing.T) *raw {
	t.Helper()
	ctx, drop := context.WithCancel(context.Background())
	t.Cleanup(drop)
	r, err := http.NewRequestWithContext(ctx, "GET", shared.url+"/mcp/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	w := &raw{t: t, name: "events", answers: make(chan message, 100), drop: drop}
	endpoint := make(chan string, 1)
	go func() {
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			data, _ := strings.CutPrefix(lines.Text(), "data: ")
			var m message
			if strings.HasPrefix(data, "/") || strings.HasPrefix(data, "http") {
				endpoint <- data
			} else if json.Unmarshal([]byte(data), &m) == nil {
				w.answers <- m
			}
		}
	}()
	select {
	case path := <-endpoint:
		w.path = strings.TrimPrefix(path, shared.url)
	case <-time.After(hang):
		t.Fatal("the event stream names no endpoint")
	}
	w.notify(map[string]any{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": map[string]any{
		"protocolVersion": "2024-11-05", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "raw", "version": "1"}}})
	w.notify(map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"})
	return w
}

func send(t *testing.T, ctx context.Context, path string, header map[string]string, body any) *http.Response {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, "POST", shared.url+path, strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	return res
}

// under is a call on its way.
type under struct {
	messages chan message
	drop     func() // as a connection that breaks
}

// start calls execute_code. A token, if any, asks for progress.
func (w *raw) start(id int, session, code, token string) under {
	w.t.Helper()
	meta := map[string]any{}
	for k, v := range w.meta {
		meta[k] = v
	}
	if token != "" {
		meta["progressToken"] = token
	}
	request := map[string]any{"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": map[string]any{
		"name": "execute_code", "arguments": map[string]any{"session_id": session, "code": code}, "_meta": meta}}
	if w.answers != nil {
		w.notify(request)
		return under{w.answers, w.drop}
	}
	ctx, drop := context.WithCancel(context.Background())
	w.t.Cleanup(drop)
	u := under{make(chan message, 100), drop}
	go func() {
		if res := send(w.t, ctx, w.path, w.header, request); res != nil {
			u.read(res)
		}
	}()
	return u
}

// read takes an answer's body: one message, or a stream of them.
func (u under) read(res *http.Response) {
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var m message
		if json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &m) == nil {
			u.messages <- m
		}
	}
}

// notify sends what is answered by no body.
func (w *raw) notify(body any) {
	w.t.Helper()
	res := send(w.t, w.t.Context(), w.path, w.header, body)
	if res == nil {
		return
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		w.t.Errorf("%s: %s", w.name, res.Status)
	}
}

func (w *raw) cancel(id int, reason string) {
	w.t.Helper()
	w.notify(map[string]any{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": map[string]any{"requestId": id, "reason": reason}})
}

// answer waits for the answer to a call.
func (u under) answer(t *testing.T, id int) message {
	t.Helper()
	for {
		if m := u.next(t); m.ID != nil && *m.ID == id {
			return m
		}
	}
}

func (u under) next(t *testing.T) message {
	t.Helper()
	select {
	case m := <-u.messages:
		return m
	case <-time.After(hang):
		t.Fatal("no message came")
		panic("unreachable")
	}
}
