package transport

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/orchestrator"
)

// Protocol version 2026-07-28 has no handshake and no clients: each request
// says by itself what it needs, in its headers and its _meta alike, and closing
// its stream takes the call back.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports

// version is the protocol version that a request names, in two places.
type version struct {
	header string
	meta   string
}

func versionOf(r *http.Request, m message) version {
	v := version{header: r.Header.Get(server.HeaderKeyProtocolVersion)}
	if m.call != nil {
		v.meta = m.call.Meta.ProtocolVersion()
		return v
	}
	if len(m.params) > smallBody && !bytes.Contains(m.params, []byte(mcp.MetaKeyProtocolVersion)) {
		return v // reading a large file once more would take a second
	}
	var p struct {
		Meta *mcp.Meta `json:"_meta"`
	}
	_ = json.Unmarshal(m.params, &p) // mcp-go says what is wrong with them
	v.meta = p.Meta.ProtocolVersion()
	return v
}

func (v version) modern() bool {
	return mcp.IsModernProtocol(v.header) || mcp.IsModernProtocol(v.meta)
}

// postModern serves one message by itself.
func (t *Transport) postModern(w http.ResponseWriter, r *http.Request, m message, v version) {
	if m.method == methodCancelled && !m.request() {
		// The version has none, but the official Go client sends one beside
		// closing the stream, without _meta, and gives up its server on a 400.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if refused := v.check(r, m); refused != nil {
		writeAnswer(w, modernStatus(*refused), refused)
		return
	}
	from := sender{newSession("", accepts(r, typeEvents)), orchestrator.ErrCancelled}
	if !m.request() {
		t.accept(r.Context(), w, from, m)
		return
	}
	t.hub.converse(r.Context(), m, &post{w: w, from: from, status: modernStatus})
}

// check holds a message to what the version asks of its headers.
func (v version) check(r *http.Request, m message) *mcp.JSONRPCError {
	switch {
	case m.reply:
		return refuse(m.id, mcp.INVALID_REQUEST, "protocol version %s has no requests by the server to answer", mcp.ProtocolVersion20260728)
	case r.Header.Get(mcp.HeaderLastEventID) != "":
		return refuse(m.id, mcp.HEADER_MISMATCH, "Last-Event-ID is not supported: streams do not resume; send the request again with a new id")
	case v.header == "":
		return refuse(m.id, mcp.HEADER_MISMATCH, "%s header is missing: repeat _meta's %s in it", mcp.HeaderProtocolVersion, mcp.MetaKeyProtocolVersion)
	case v.meta == "":
		return refuse(m.id, mcp.INVALID_PARAMS, "params._meta needs %s, the same as the %s header", mcp.MetaKeyProtocolVersion, mcp.HeaderProtocolVersion)
	case v.header != v.meta:
		return refuse(m.id, mcp.HEADER_MISMATCH, "%s header %.40q and _meta's %.40q differ", mcp.HeaderProtocolVersion, v.header, v.meta)
	case !mcp.IsValidProtocolVersion(v.meta):
		e := mcp.UnsupportedProtocolVersionError{Version: v.meta, Supported: mcp.ValidProtocolVersions}.JSONRPCError()
		e.ID = requestID(m.id)
		return &e
	}
	if !m.request() {
		return nil
	}
	if err := mcp.ValidateStandardHeaders(r.Header.Get, v.meta, mcp.MCPMethod(m.method), m.params); err != nil {
		return refuse(m.id, mcp.HEADER_MISMATCH, "%v", err)
	}
	return nil
}

// modernStatus is the HTTP status that the version gives a JSON-RPC error, so
// that what lies between can act on it.
func modernStatus(answer any) int {
	e, ok := answer.(mcp.JSONRPCError)
	if !ok {
		return http.StatusOK
	}
	switch e.Error.Code {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.HEADER_MISMATCH, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION,
		mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.PARSE_ERROR:
		return http.StatusBadRequest
	}
	return answerStatus(answer)
}
