package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen; none waits for time
// to pass.
const patience = 20 * time.Second

// tools is an MCP server whose calls a test can watch.
type tools struct {
	*server.MCPServer
	started chan string // the argument "name" of a call of block that runs
	causes  chan error  // of the end of a call of block
	release chan struct{}
}

func newTools() *tools {
	t := &tools{
		MCPServer: server.NewMCPServer("test", "1", server.WithToolCapabilities(false)),
		started:   make(chan string, 200), causes: make(chan error, 200), release: make(chan struct{}),
	}
	t.AddTool(mcp.NewTool("noop"), text(func(context.Context, mcp.CallToolRequest) string { return "done" }))
	t.AddTool(mcp.NewTool("owner"), text(func(ctx context.Context, _ mcp.CallToolRequest) string { return mcptool.Owner(ctx) }))
	t.AddTool(mcp.NewTool("size"), text(func(_ context.Context, r mcp.CallToolRequest) string { return r.GetString("data", "")[:3] }))
	t.AddTool(mcp.NewTool("panic"), text(func(context.Context, mcp.CallToolRequest) string { panic("secret") }))
	t.AddTool(mcp.NewTool("block"), text(t.block))
	t.AddTool(mcp.NewTool("progress"), text(t.progress))
	t.AddTool(mcp.NewTool("announce"), text(func(ctx context.Context, r mcp.CallToolRequest) string {
		return t.progress(ctx, r) + " " + t.block(ctx, r)
	}))
	return t
}

// CallTool has plain calls come past mcp-go, as those of the real tools do.
func (t *tools) CallTool(ctx context.Context, name string, arguments json.RawMessage, meta *mcp.Meta) *mcp.CallToolResult {
	tool := t.GetTool(name)
	if tool == nil {
		return nil
	}
	r := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: name, RawArguments: arguments, Meta: meta}}
	_ = json.Unmarshal(arguments, &r.Params.Arguments)
	res, _ := tool.Handler(ctx, r)
	return res
}

func text(run func(context.Context, mcp.CallToolRequest) string) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(run(ctx, r)), nil
	}
}

// block runs until it is released or its context ends, whose cause it tells.
func (t *tools) block(ctx context.Context, r mcp.CallToolRequest) string {
	t.started <- r.GetString("name", "")
	select {
	case <-t.release:
		return "released"
	case <-ctx.Done():
		t.causes <- context.Cause(ctx)
		return "ended: " + context.Cause(ctx).Error()
	}
}

// progress tells its name thrice, then whether it could.
func (t *tools) progress(ctx context.Context, r mcp.CallToolRequest) string {
	for range 3 {
		err := t.SendNotificationToClient(ctx, "notifications/progress",
			map[string]any{"progressToken": "t", "progress": 1, "message": r.GetString("name", "")})
		if err != nil {
			return "nobody listens"
		}
	}
	return "told"
}

// site is a Transport on a loopback port. A request's owner is its bearer token.
type site struct {
	t      *testing.T
	url    string
	tools  *tools
	wires  *transport.Transport
	client *http.Client
}

func newSite(t *testing.T, cfg transport.Config) *site {
	t.Helper()
	tools := newTools()
	s := newSiteOf(t, tools, cfg)
	s.tools = tools
	return s
}

func newSiteOf(t *testing.T, behind transport.Server, cfg transport.Config) *site {
	t.Helper()
	wires := transport.New(behind, cfg)
	mux := http.NewServeMux()
	for path, handler := range wires.Routes() {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			owner := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			handler.ServeHTTP(w, r.WithContext(mcptool.WithOwner(r.Context(), owner)))
		})
	}
	srv := httptest.NewServer(mux)
	s := &site{t: t, url: srv.URL, wires: wires, client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		if err := wires.Shutdown(ended); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		srv.Close()
	})
	return s
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; header is name, value, name, value ...
func (s *site) ask(method, path, body string, header ...string) answer {
	s.t.Helper()
	res := s.open(context.Background(), method, path, body, header...)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

func (s *site) open(ctx context.Context, method, path, body string, header ...string) *http.Response {
	s.t.Helper()
	res, err := s.client.Do(s.request(ctx, method, path, body, header...))
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res
}

func (s *site) request(ctx context.Context, method, path, body string, header ...string) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Authorization", "Bearer ann")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	return r
}

// initialize opens a client and returns its id.
func (s *site) initialize(header ...string) string {
	s.t.Helper()
	a := s.ask("POST", "/mcp", initialize, header...)
	id := a.header.Get("Mcp-Session-Id")
	if a.status != http.StatusOK || id == "" {
		s.t.Fatalf("initialize: %d %s, id %q", a.status, a.body, id)
	}
	return id
}

const initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`

// call is a tools/call with an id as given.
func call(id, tool, arguments string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments + `}}`
}

// modern is one of protocol version 2026-07-28, with the headers it needs.
func modern(id, tool string) (body string, header []string) {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":{},` +
			`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`,
		[]string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool}
}

func cancelled(id, reason string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `,"reason":"` + reason + `"}}`
}

// result is a JSON-RPC answer, as far as tests look.
type result struct {
	ID     json.RawMessage
	Method string
	Params struct{ Message string }
	Result *struct{ Content []struct{ Text string } }
	Error  *struct {
		Code    int
		Message string
	}
}

func (r result) text() string {
	if r.Result == nil || len(r.Result.Content) == 0 {
		return ""
	}
	return r.Result.Content[0].Text
}

func decode(t *testing.T, body string) result {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("%q is no JSON-RPC message: %v", body, err)
	}
	return r
}

// event is one server-sent event.
type event struct{ name, data string }

// stream reads server-sent events; each read waits no longer than patience.
type stream struct {
	t      *testing.T
	res    *http.Response
	events chan event // closed at the stream's end
	stop   context.CancelFunc
}

func (s *site) stream(method, path, body string, header ...string) *stream {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	res := s.open(ctx, method, path, body, append([]string{"Accept", "application/json, text/event-stream"}, header...)...)
	if media := res.Header.Get("Content-Type"); media != "text/event-stream" {
		data, _ := io.ReadAll(res.Body)
		s.t.Fatalf("%s %s: %s %s", method, path, media, data)
	}
	st := &stream{t: s.t, res: res, events: make(chan event, 100), stop: stop}
	go st.read()
	s.t.Cleanup(func() {
		stop()
		res.Body.Close()
	})
	return st
}

func (st *stream) read() {
	defer close(st.events)
	var e event
	for lines := bufio.NewScanner(st.res.Body); lines.Scan(); {
		name, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
		switch string(name) {
		case "event":
			e.name = string(value)
		case "data":
			e.data = string(value)
		case "":
			if e.name != "" {
				st.events <- e
			}
			e = event{}
		}
	}
}

// next returns the next event; ok is false at the stream's end.
func (st *stream) next() (e event, ok bool) {
	st.t.Helper()
	return receive(st.t, st.events)
}

// receive waits for what must come.
func receive[T any](t *testing.T, from <-chan T) (v T, ok bool) {
	t.Helper()
	select {
	case v, ok = <-from:
		return v, ok
	case <-time.After(patience):
		t.Fatal("nothing came")
		return v, false
	}
}
