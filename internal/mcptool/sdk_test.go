package mcptool_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// TestTheOfficialClientFindsEveryAnswerAsPublished calls each tool by another
// implementation of the protocol, and holds arguments and answers against the
// published schemas as that one reads them.
func TestTheOfficialClientFindsEveryAnswerAsPublished(t *testing.T) {
	srv := httptest.NewServer(server.NewStreamableHTTPServer(mcptool.NewServer(working(), mcptool.Options{Version: "test"}).MCPServer))
	defer srv.Close()
	client := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil)
	s, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: srv.URL, DisableStandaloneSSE: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	tools, err := s.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range tools.Tools {
		args := good(tool.Name)
		if err := valid(t, tool.InputSchema, args); err != nil {
			t.Errorf("%s: its own schema refuses %v: %v", tool.Name, args, err)
		}
		res, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: tool.Name, Arguments: args})
		if err != nil || res.IsError || len(res.Content) == 0 {
			t.Fatalf("%s: %v, %+v", tool.Name, err, res)
		}
		if (tool.OutputSchema == nil) != (res.StructuredContent == nil) {
			t.Errorf("%s: structure and its schema go together", tool.Name)
		} else if tool.OutputSchema != nil {
			if err := valid(t, tool.OutputSchema, res.StructuredContent); err != nil {
				t.Errorf("%s: %v", tool.Name, err)
			}
		}
	}
}

// valid holds a value against a schema, both as they came.
func valid(t *testing.T, schema, value any) error {
	t.Helper()
	raw, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = json.Marshal(value); err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		t.Fatal(err)
	}
	return resolved.Validate(plain)
}

// deaf is a client whose answer can carry nothing but itself.
type deaf struct{ server.ClientSession }

func (deaf) Initialized() bool { return false }
func (deaf) SessionID() string { return "deaf" }

func TestATokenOfAClientThatCannotBeToldKeepsNothingWaiting(t *testing.T) {
	svc := working()
	srv := mcptool.NewServer(svc, mcptool.Options{DetachAfter: detachAfter})
	ctx := srv.WithContext(context.Background(), deaf{})
	srv.HandleMessage(ctx, json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute_code","arguments":{"code":"1"},"_meta":{"progressToken":1}}}`))
	if got := only(t, svc).Args[0].(orchestrator.Cell).Detach; got != detachAfter {
		t.Errorf("it detaches after %v", got)
	}
}
