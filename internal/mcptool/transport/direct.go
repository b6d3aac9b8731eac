package transport

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Server is what messages mean something to: an mcp-go server.
type Server interface {
	HandleMessage(ctx context.Context, message json.RawMessage) mcp.JSONRPCMessage
	WithContext(ctx context.Context, session server.ClientSession) context.Context
}

// ToolCaller is a Server whose tools can be called by name. mcp-go v1.2.1 reads
// each message six times from its beginning to its end before it calls a tool, a
// tenth of what a warm call costs this process; its own reading is left to what
// is no plain call.
type ToolCaller interface {
	// CallTool calls a tool; nil for one that is not there. Arguments are the JSON
	// that was sent, nil for none, and meta is nil for none.
	CallTool(ctx context.Context, name string, arguments json.RawMessage, meta *mcp.Meta) *mcp.CallToolResult
}

// toolCall is what a request for a tool says in its params.
type toolCall struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Meta      *mcp.Meta       `json:"_meta"`
	// What makes it more than a call that is answered by its result.
	Task           json.RawMessage `json:"task"`
	InputResponses json.RawMessage `json:"inputResponses"`
	RequestState   json.RawMessage `json:"requestState"`
}

// toolCallOf reads the params of a call; nil for any other message, and for
// params that are not as they should be, of which the server says what is wrong.
func toolCallOf(method string, params json.RawMessage) *toolCall {
	if method != string(mcp.MethodToolsCall) || !bytes.HasPrefix(params, []byte("{")) {
		return nil
	}
	c, plain := plainCall(params)
	if !plain && json.Unmarshal(params, &c) != nil {
		return nil
	}
	return &c
}

var callNames = []string{"name", "arguments", "_meta", "task", "inputResponses", "requestState"}

// plainCall reads params without encoding/json as far as it can; false where it
// cannot.
func plainCall(params []byte) (c toolCall, plain bool) {
	var got [6]json.RawMessage
	if !members(params, callNames, got[:]) {
		return toolCall{}, false
	}
	c = toolCall{Arguments: got[1], Task: got[3], InputResponses: got[4], RequestState: got[5]}
	var err error
	if c.Name, err = text(got[0]); err == nil && got[2] != nil {
		err = json.Unmarshal(got[2], &c.Meta)
	}
	return c, err == nil
}

// direct answers a plain call of a tool; nil for anything else. Protocol version
// 2026-07-28 asks for more around it, which is the server's.
func (h *hub) direct(ctx context.Context, m message) *mcp.CallToolResult {
	c := m.call
	if h.tools == nil || !m.request() || c == nil || c.Task != nil || c.InputResponses != nil || c.RequestState != nil ||
		mcp.IsModernProtocol(c.Meta.ProtocolVersion()) {
		return nil
	}
	return h.tools.CallTool(ctx, c.Name, c.Arguments, c.Meta)
}
