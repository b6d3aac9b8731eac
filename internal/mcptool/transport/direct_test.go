package transport_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/orchestrator"
)

// counted counts the calls that come past mcp-go.
type counted struct {
	*mcptool.Server
	direct int
}

func (c *counted) CallTool(ctx context.Context, name string, arguments json.RawMessage, meta *mcp.Meta) *mcp.CallToolResult {
	res := c.Server.CallTool(ctx, name, arguments, meta)
	if res != nil {
		c.direct++
	}
	return res
}

func TestACallPastMCPGoIsAnsweredAsByIt(t *testing.T) {
	svc := &fake.Service{
		OnExecute: func(_ context.Context, ref orchestrator.Ref, cell orchestrator.Cell, _ func(orchestrator.Output)) (orchestrator.Execution, error) {
			return orchestrator.Execution{ID: "a3f9c1b2", Session: ref, Status: orchestrator.StatusCompleted,
				Reply: orchestrator.Reply{Output: cell.Code, Value: "<é\n", Charts: []orchestrator.Chart{{PNG: []byte("png"), File: "a.png"}}}}, nil
		},
		OnFiles: func(context.Context, orchestrator.Ref) (orchestrator.Listing, error) {
			return orchestrator.Listing{Files: []orchestrator.Artifact{{Path: "a&b.csv", Size: 3}}}, nil
		},
	}
	past := &counted{Server: mcptool.NewServer(svc, mcptool.Options{})}
	direct, slow := newSiteOf(t, past, transport.Config{}), newSiteOf(t, past.MCPServer, transport.Config{})
	params := func(p string) string {
		return `{"jsonrpc":"2.0","id":"1<2","method":"tools/call","params":` + p + `}`
	}
	for _, tt := range []struct {
		name, message string
		direct        bool
	}{
		{"a call", call("9007199254740993", "execute_code", `{"code":"1","session_id":"a","timeout":5}`), true},
		{"an id that needs escapes", params(`{"name":"execute_code","arguments":{"code":"é"}}`), true},
		{"structure", call("1", "list_files", `{}`), true},
		{"no arguments at all", params(`{"name":"list_files"}`), true},
		{"arguments null", params(`{"name":"list_files","arguments":null}`), true},
		{"arguments as a string", params(`{"name":"list_files","arguments":"{\"session_id\":\"a\"}"}`), true},
		{"arguments of the wrong kind", params(`{"name":"list_files","arguments":[1]}`), true},
		{"a wrong argument", params(`{"name":"execute_code","arguments":{"cod":"1"}}`), true},
		{"names in another case", `{"jsonrpc":"2.0","ID":1,"method":"tools/call","Params":{"NAME":"list_files","Arguments":{}}}`, true},
		{"a name twice", params(`{"name":"execute_code","name":"list_files","arguments":{}}`), true},
		{"an older _meta", params(`{"name":"list_files","arguments":{},"_meta":{"x":1}}`), true},
		{"a tool that is not there", params(`{"name":"nothing","arguments":{}}`), false},
		{"no name", params(`{"arguments":{}}`), false},
		{"a name that is none", params(`{"name":5}`), false},
		{"a _meta that is none", params(`{"name":"list_files","_meta":5}`), false},
		{"no params", `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, false},
		{"params that are none", params(`[1]`), false},
		{"a task", params(`{"name":"list_files","arguments":{},"task":{"ttl":1}}`), false},
		{"a task that is none", params(`{"name":"list_files","arguments":{},"task":5}`), false},
		{"a second round", params(`{"name":"list_files","arguments":{},"requestState":"x"}`), false},
		{"another method", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, false},
	} {
		before := past.direct
		got, want := direct.ask("POST", "/mcp/sse", tt.message), slow.ask("POST", "/mcp/sse", tt.message)
		if got.status != want.status || got.body != want.body {
			t.Errorf("%s: %d %s\nby mcp-go: %d %s", tt.name, got.status, got.body, want.status, want.body)
		}
		if took := past.direct > before; took != tt.direct {
			t.Errorf("%s: called past mcp-go: %v", tt.name, took)
		}
	}
}

var _ transport.Server = (*server.MCPServer)(nil)
