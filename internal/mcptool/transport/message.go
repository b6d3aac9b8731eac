package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxID bounds a request's id in bytes: it is echoed and kept while the call runs.
const maxID = 256

// codeStopping is the JSON-RPC code of a call refused because the server stops,
// codeBusy of one refused because too many run, codeNoClient of one from a
// client that the server does not know (the reference servers' code for it).
const (
	codeBusy     = -32000
	codeNoClient = -32001
	codeStopping = -32003
)

// message is one JSON-RPC message of a client's, looked at but not judged by
// its method.
type message struct {
	raw    json.RawMessage
	method string
	params json.RawMessage // nil for none
	id     json.RawMessage // as sent; nil for none
	reply  bool            // answers a request of ours; we make none
	call   *toolCall       // nil for what is no call of a tool
}

func (m message) request() bool { return m.id != nil && !m.reply }

// envelope is what a message is made of.
type envelope struct {
	JSONRPC json.RawMessage `json:"jsonrpc"`
	Method  json.RawMessage `json:"method"`
	Params  json.RawMessage `json:"params"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

var envelopeNames = []string{"jsonrpc", "method", "params", "id", "result", "error"}

func readEnvelope(raw []byte) (e envelope, err error) {
	var got [6]json.RawMessage
	if members(raw, envelopeNames, got[:]) {
		return envelope{got[0], got[1], got[2], got[3], got[4], got[5]}, nil
	}
	err = json.Unmarshal(raw, &e)
	return e, err
}

// parse reads a message's envelope. What it refuses is a JSON-RPC error that
// carries the id where one could be read.
func parse(raw []byte) (message, *mcp.JSONRPCError) {
	head, err := readEnvelope(raw)
	if err != nil {
		return message{}, unreadable(err)
	}
	outcome := head.Result != nil || head.Error != nil
	m := message{raw: raw, id: head.ID, params: head.Params, reply: outcome && head.Method == nil}
	if m.id != nil && !validID(m.id) {
		return message{}, refuse(nil, mcp.INVALID_REQUEST, "id must be a string or a number of at most %d bytes; leave it out for a notification", maxID)
	}
	if outcome && !m.reply {
		return message{}, refuse(m.id, mcp.INVALID_REQUEST, "a message has a method, or a result or an error, never both")
	}
	if string(head.JSONRPC) != `"2.0"` {
		return message{}, refuse(m.id, mcp.INVALID_REQUEST, `"jsonrpc" must be "2.0"`)
	}
	if m.reply {
		return m, nil
	}
	if m.method, err = text(head.Method); err != nil || m.method == "" {
		return message{}, refuse(m.id, mcp.INVALID_REQUEST, `"method" must be a string such as "tools/call"`)
	}
	m.call = toolCallOf(m.method, m.params)
	return m, nil
}

func validID(id json.RawMessage) bool {
	return len(id) <= maxID && (id[0] == '"' || id[0] == '-' || '0' <= id[0] && id[0] <= '9')
}

// unreadable tells broken JSON from JSON that is no message.
func unreadable(err error) *mcp.JSONRPCError {
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return refuse(nil, mcp.INVALID_REQUEST, "a message must be a JSON object with jsonrpc, method, params and, for a request, id")
	}
	return refuse(nil, mcp.PARSE_ERROR, "the message is not valid JSON: %v", err)
}

// refuse builds a JSON-RPC error; a nil id is sent as null.
func refuse(id json.RawMessage, code int, format string, args ...any) *mcp.JSONRPCError {
	e := mcp.NewJSONRPCError(requestID(id), code, fmt.Sprintf(format, args...), nil)
	return &e
}

// withID puts the id as it was sent into an answer. mcp-go reads a number as a
// float64 and would answer 9007199254740993 with another id.
func withID(answer any, id json.RawMessage) any {
	switch a := answer.(type) {
	case mcp.JSONRPCResponse:
		a.ID = requestID(id)
		return a
	case mcp.JSONRPCError:
		a.ID = requestID(id)
		return a
	}
	return answer
}

func requestID(id json.RawMessage) mcp.RequestId {
	if id == nil {
		return mcp.NewRequestId(nil)
	}
	return mcp.NewRequestId(id)
}

// isBatch says whether raw is an array, which only a batch is.
func isBatch(raw []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("["))
}
