package transport

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// answerTime is how long a client may take to read an answer: 30 MB at 1 Mbit/s.
const answerTime = 4 * time.Minute

// awayTime is how long the body of a request that is refused may take.
const awayTime = 5 * time.Second

// retryAfter is what a client is told to wait while the server restarts.
const retryAfter = "5"

// writeAnswer sends an answer as JSON with the status it calls for.
func writeAnswer(w http.ResponseWriter, status int, answer any) {
	data, err := encode(answer)
	if err != nil {
		status = http.StatusInternalServerError
		data, _ = encode(refuse(nil, mcp.INTERNAL_ERROR, "the answer could not be encoded: try again"))
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	conn := http.NewResponseController(w)
	_ = conn.SetWriteDeadline(time.Now().Add(answerTime))
	defer func() { _ = conn.SetWriteDeadline(time.Time{}) }()
	w.WriteHeader(status)
	_, _ = w.Write(data)
	_ = conn.Flush() // a client that left is seen by its context
}

// turnAway answers before the body was read. net/http reads on, a little, before
// it sends the answer; a client that sends no body does not hold it.
func turnAway(w http.ResponseWriter, status int, refused *mcp.JSONRPCError) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(awayTime))
	writeAnswer(w, status, refused)
}

// answerStatus is 503 for a call that came while the server stops, else ok.
func answerStatus(answer any) int {
	if e, is := answer.(mcp.JSONRPCError); is && e.Error.Code == codeStopping {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// methodNotAllowed names those that are.
func methodNotAllowed(w http.ResponseWriter, r *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	turnAway(w, http.StatusMethodNotAllowed, refuse(nil, mcp.INVALID_REQUEST, "%s is not served here; use %s", r.Method, allowed))
}

// post is one request that a POST brought, and the way its answer goes back:
// one JSON body, or an event stream from the moment that something is told
// before the answer.
type post struct {
	w      http.ResponseWriter
	from   sender
	status func(answer any) int
	events *events
	broken bool   // the client reads no more
	relay  *relay // of what is told before the answer; nil for nothing
}

// relay is the goroutine that writes what a call tells while it runs. It begins
// with the first word: most calls have none, and need no other goroutine.
type relay struct {
	notes      <-chan mcp.JSONRPCNotification
	quit, done chan struct{}
}

// converse runs m to its end, on the goroutine of its request, which keeps its
// stack from call to call. Only one goroutine writes at a time.
func (h *hub) converse(ctx context.Context, m message, p *post) {
	p.from.onFirst(p.listen)
	answer, written := h.answer(ctx, p.from, m)
	defer written()
	p.hush()
	p.finish(answer)
}

// listen begins to tell.
func (p *post) listen(notes <-chan mcp.JSONRPCNotification) {
	p.relay = &relay{notes: notes, quit: make(chan struct{}), done: make(chan struct{})}
	go p.tellAll(p.relay)
}

func (p *post) tellAll(r *relay) {
	defer close(r.done)
	for {
		select {
		case note := <-r.notes:
			p.tell(note)
		case <-r.quit:
			return
		}
	}
}

// hush ends the telling, with what the call said before it answered.
func (p *post) hush() {
	p.from.onFirst(nil)
	if p.relay == nil {
		return
	}
	close(p.relay.quit)
	<-p.relay.done
	rest(p.relay.notes, p.tell)
}

func (p *post) tell(note mcp.JSONRPCNotification) {
	if !p.from.told || p.broken {
		return
	}
	if p.events == nil {
		p.events = openEvents(p.w)
	}
	p.broken = p.events.message(note) != nil
}

func (p *post) finish(answer any) {
	switch {
	case p.broken:
	case p.events != nil:
		_ = p.events.message(answer) // a client that left is seen by its context
	default:
		writeAnswer(p.w, p.status(answer), answer)
	}
}
