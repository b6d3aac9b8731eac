package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"pgregory.net/rapid"

	"power-interpreter/internal/mcptool/transport"
)

// heard is what a call was made with.
type heard struct {
	Name      string
	Arguments json.RawMessage
	Meta      *mcp.Meta
}

// recording is a server that keeps what its tool was called with.
type recording struct {
	*server.MCPServer
	heard *heard
}

func (r *recording) CallTool(_ context.Context, name string, arguments json.RawMessage, meta *mcp.Meta) *mcp.CallToolResult {
	r.heard = &heard{name, arguments, meta}
	return mcp.NewToolResultText("heard")
}

// standard is what a message says by encoding/json; nil where it is no plain call.
func standard(raw []byte) *heard {
	var m struct {
		JSONRPC, Method, Result, Error, ID json.RawMessage
		Params                             json.RawMessage
	}
	var method string
	if json.Unmarshal(raw, &m) != nil || string(m.JSONRPC) != `"2.0"` || m.Result != nil || m.Error != nil || m.ID == nil ||
		!strings.ContainsAny(string(m.ID[:1]), `"-0123456789`) || json.Unmarshal(m.Method, &method) != nil || method != "tools/call" {
		return nil
	}
	var p struct {
		Name                               string
		Arguments                          json.RawMessage
		Meta                               *mcp.Meta `json:"_meta"`
		Task, InputResponses, RequestState json.RawMessage
	}
	if !bytes.HasPrefix(m.Params, []byte("{")) || json.Unmarshal(m.Params, &p) != nil || p.Task != nil || p.InputResponses != nil || p.RequestState != nil {
		return nil
	}
	return &heard{p.Name, p.Arguments, p.Meta}
}

func TestAMessageIsReadAsTheStandardLibraryWould(t *testing.T) {
	behind := &recording{MCPServer: newTools().MCPServer}
	serve := transport.New(behind, transport.Config{}).Routes()["/mcp/sse"]
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(rapid.SampledFrom([]string{
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noop","arguments":{"code":"x += 1; \"x\""}}}`,
			` { "params" : { "_meta" : { "progressToken" : [ 1 , "}" ] } , "name" : "n\u006fop" , "arguments" : null } , "method" : "tools/call" , "id" : "\\" , "jsonrpc" : "2.0" } `,
			`{"jsonrpc":"2.0","id":-1.5e3,"method":"tools/call","params":{"arguments":[{"a":"\\\"]"},true,null],"name":"é"},"x":0}`,
			`{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"a","Name":"b","arguments":1,"arguments":2}}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","tas\u212a":1}}`, // the Kelvin sign, which folds to k
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}`,
		}).Draw(t, "message"))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
			with := rapid.SampledFrom([]string{"", `"`, "{", "}", "[", "]", ",", ":", " ", "0", "\\", "null", "A", "é", "\xff"}).Draw(t, "with")
			raw = append(append(bytes.Clone(raw[:at]), with...), raw[min(len(raw), at+rapid.IntRange(0, 1).Draw(t, "cut")):]...)
			if len(raw) == 0 {
				return
			}
		}
		request := httptest.NewRequest("POST", "/mcp/sse", bytes.NewReader(raw))
		request.Header.Set("Content-Type", "application/json")
		behind.heard = nil
		serve.ServeHTTP(httptest.NewRecorder(), request)
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
			return // a batch
		}
		if want := standard(raw); !reflect.DeepEqual(behind.heard, want) {
			t.Fatalf("%s\n got %+v\nwant %+v", raw, behind.heard, want)
		}
	})
}
