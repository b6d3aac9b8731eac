package transport

import (
	"context"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/internal/mcptool"
)

// serveStreamable is Streamable HTTP, of every protocol version.
func (t *Transport) serveStreamable(w http.ResponseWriter, r *http.Request) {
	version := r.Header.Get(server.HeaderKeyProtocolVersion)
	switch {
	case r.Method == http.MethodPost:
		t.post(w, r)
	case mcp.IsModernProtocol(version):
		methodNotAllowed(w, r, "POST")
	case r.Method == http.MethodGet:
		t.listen(w, r)
	case r.Method == http.MethodDelete:
		t.forget(w, r)
	default:
		methodNotAllowed(w, r, "GET, POST, DELETE")
	}
}

// post takes one message, or a batch where the version has them.
func (t *Transport) post(w http.ResponseWriter, r *http.Request) {
	raw, done := t.message(w, r)
	if done == nil {
		return
	}
	defer done()
	if isBatch(raw) {
		t.postBatch(w, r, raw)
		return
	}
	m, refused := parse(raw)
	if refused != nil {
		writeAnswer(w, http.StatusBadRequest, refused)
		return
	}
	if v := versionOf(r, m); v.modern() {
		t.postModern(w, r, m, v)
		return
	}
	t.postLegacy(w, r, m)
}

// message reads what was posted. What it cannot read it has refused already:
// done is nil then, and called when the message is no longer needed otherwise.
func (t *Transport) message(w http.ResponseWriter, r *http.Request) (raw []byte, done func()) {
	if status, refused := postHead(r); refused != nil {
		turnAway(w, status, refused)
		return nil, nil
	}
	raw, done, refused := t.bodies.read(w, r)
	if refused != nil {
		writeAnswer(w, http.StatusOK, refused)
		return nil, nil
	}
	return raw, done
}

// postHead checks what must hold before the body is read. A client that cannot
// take an event stream is served; one that cannot take JSON is not.
func postHead(r *http.Request) (int, *mcp.JSONRPCError) {
	if !accepts(r, typeJSON) {
		return http.StatusNotAcceptable, refuse(nil, mcp.INVALID_REQUEST, "send Accept: application/json, text/event-stream")
	}
	return isJSON(r)
}

// postLegacy serves the versions with a handshake.
func (t *Transport) postLegacy(w http.ResponseWriter, r *http.Request, m message) {
	client, opens := "", m.method == string(mcp.MethodInitialize) && m.request()
	if !opens {
		var status int
		var refused *mcp.JSONRPCError
		if client, status, refused = t.client(r, m.id); refused != nil {
			writeAnswer(w, status, refused)
			return
		}
	}
	from := sender{newSession(client, accepts(r, typeEvents)), errDropped}
	if !m.request() {
		t.accept(r.Context(), w, from, m)
		return
	}
	p := &post{w: w, from: from, status: answerStatus}
	if opens {
		p.status = t.opened(w, mcptool.Owner(r.Context()))
	}
	t.hub.converse(r.Context(), m, p)
}

// opened gives a client its id, once the handshake has succeeded.
func (t *Transport) opened(w http.ResponseWriter, owner string) func(any) int {
	return func(answer any) int {
		if _, ok := answer.(mcp.JSONRPCResponse); ok {
			w.Header().Set(server.HeaderKeySessionID, t.ids.issue(owner))
		}
		return answerStatus(answer)
	}
}

// accept takes what is not answered.
func (t *Transport) accept(ctx context.Context, w http.ResponseWriter, from sender, m message) {
	answer, written := t.hub.answer(ctx, from, m)
	defer written()
	if answer != nil {
		writeAnswer(w, http.StatusBadRequest, answer)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// client returns the id that a request must carry and its owner was given.
// id is the message's, nil for none.
func (t *Transport) client(r *http.Request, id []byte) (string, int, *mcp.JSONRPCError) {
	version := r.Header.Get(server.HeaderKeyProtocolVersion)
	if version != "" && !mcp.IsValidProtocolVersion(version) {
		return "", http.StatusBadRequest, refuse(id, mcp.INVALID_REQUEST,
			"protocol version %.40q is not known here; use one of %s", version, strings.Join(mcp.ValidProtocolVersions, ", "))
	}
	client := r.Header.Get(server.HeaderKeySessionID)
	if client == "" {
		return "", http.StatusBadRequest, refuse(id, mcp.INVALID_REQUEST,
			"the Mcp-Session-Id header is missing: send initialize first and repeat the id that its answer carries, or post to %s, which needs none", pathSSE)
	}
	if !t.ids.valid(client, mcptool.Owner(r.Context())) {
		return "", http.StatusNotFound, refuse(id, codeNoClient, "this Mcp-Session-Id is not known: send initialize again")
	}
	return client, 0, nil
}

// postBatch serves 2025-03-26, the only version that has batches.
func (t *Transport) postBatch(w http.ResponseWriter, r *http.Request, raw []byte) {
	if v := r.Header.Get(server.HeaderKeyProtocolVersion); v != "" && v != mcp.ProtocolVersion20250326 {
		writeAnswer(w, http.StatusBadRequest, refuse(nil, mcp.INVALID_REQUEST, "protocol version %.40q has no batches: send one message a request", v))
		return
	}
	client, status, refused := t.client(r, nil)
	if refused != nil {
		writeAnswer(w, status, refused)
		return
	}
	t.answerBatch(w, r, raw, func() sender { return sender{newSession(client, false), errDropped} })
}

func (t *Transport) answerBatch(w http.ResponseWriter, r *http.Request, raw []byte, who func() sender) {
	answer, written := t.hub.batch(r.Context(), raw, who)
	defer written()
	switch answer := answer.(type) {
	case nil:
		w.WriteHeader(http.StatusAccepted)
	case mcp.JSONRPCError:
		writeAnswer(w, http.StatusBadRequest, answer)
	default:
		writeAnswer(w, http.StatusOK, answer)
	}
}

// listen is the stream for what concerns no call. There is nothing of that kind;
// it shows a client that the server is there.
func (t *Transport) listen(w http.ResponseWriter, r *http.Request) {
	if !accepts(r, typeEvents) {
		turnAway(w, http.StatusNotAcceptable, refuse(nil, mcp.INVALID_REQUEST, "send Accept: text/event-stream"))
		return
	}
	client, status, refused := t.client(r, nil)
	if refused != nil {
		turnAway(w, status, refused)
		return
	}
	st := &stream{client: client, wire: newWire(t.hub, sender{newSession(client, true), errDropped})}
	t.serveStream(w, r, st, (*events).comment)
}

// forget ends a client: its id is not known from now on.
func (t *Transport) forget(w http.ResponseWriter, r *http.Request) {
	client, status, refused := t.client(r, nil)
	if refused != nil {
		turnAway(w, status, refused)
		return
	}
	t.ids.forget(client)
	t.streams.close(client, errDropped)
	w.WriteHeader(http.StatusOK)
}
