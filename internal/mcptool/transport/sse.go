package transport

import (
	"net/http"
	"net/url"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// serveSSE is the classic event stream, and for clients that know nothing else
// a POST that is answered in its body.
func (t *Transport) serveSSE(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		t.openSSE(w, r)
	case http.MethodPost:
		t.postBody(w, r)
	default:
		methodNotAllowed(w, r, "GET, POST")
	}
}

// openSSE opens a stream and tells the client where to post its messages.
func (t *Transport) openSSE(w http.ResponseWriter, r *http.Request) {
	if !accepts(r, typeEvents) {
		turnAway(w, http.StatusNotAcceptable, refuse(nil, mcp.INVALID_REQUEST, "send Accept: text/event-stream"))
		return
	}
	client := t.ids.issue(mcptool.Owner(r.Context()))
	endpoint := t.basePath + pathMessage + "?sessionId=" + url.QueryEscape(client)
	st := &stream{client: client, classic: true, wire: newWire(t.hub, sender{newSession(client, true), errDropped})}
	t.serveStream(w, r, st, func(to *events) error {
		return to.send("event: endpoint\ndata: " + endpoint + "\n\n")
	})
}

// serveMessage takes a message for the stream that its client has open; the
// answer comes there.
func (t *Transport) serveMessage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		methodNotAllowed(w, r, "POST")
		return
	}
	st := t.posted(r)
	if st == nil {
		unknownStream(w)
		return
	}
	if status, refused := isJSON(r); refused != nil {
		turnAway(w, status, refused)
		return
	}
	t.forward(w, r, st)
}

// posted returns the stream that a message is for, nil for none of its owner's.
func (t *Transport) posted(r *http.Request) *stream {
	client := r.URL.Query().Get("sessionId")
	if !t.ids.valid(client, mcptool.Owner(r.Context())) {
		return nil
	}
	if st := t.streams.get(client); st != nil && st.classic {
		return st
	}
	return nil
}

// unknownStream answers for a stranger's stream as for one that never was.
func unknownStream(w http.ResponseWriter) {
	turnAway(w, http.StatusNotFound, refuse(nil, codeNoClient, "this sessionId has no open event stream: open one with GET %s", pathSSE))
}

// forward hands a message to its stream. One that cannot be read is refused
// there, where its client waits.
func (t *Transport) forward(w http.ResponseWriter, r *http.Request, st *stream) {
	raw, done, refused := t.bodies.read(w, r)
	if refused != nil {
		st.wire.say(*refused)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if !st.wire.receive(st.ctx, raw, done) {
		unknownStream(w)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// postBody answers one message or a batch in the body. Every message is a
// client's of its own, that nobody can name.
func (t *Transport) postBody(w http.ResponseWriter, r *http.Request) {
	raw, done := t.message(w, r)
	if done == nil {
		return
	}
	defer done()
	if isBatch(raw) {
		t.answerBatch(w, r, raw, t.stranger(r))
		return
	}
	m, refused := parse(raw)
	switch {
	case refused != nil:
		writeAnswer(w, http.StatusBadRequest, refused)
	case m.request():
		from := t.stranger(r)()
		if versionOf(r, m).modern() {
			from.closing = orchestrator.ErrCancelled
		}
		t.hub.converse(r.Context(), m, &post{w: w, from: from, status: answerStatus})
	default:
		t.accept(r.Context(), w, t.stranger(r)(), m)
	}
}

// stranger makes a fresh client for each message.
func (t *Transport) stranger(r *http.Request) func() sender {
	return func() sender {
		return sender{newSession(t.ids.issue(mcptool.Owner(r.Context())), false), errDropped}
	}
}
