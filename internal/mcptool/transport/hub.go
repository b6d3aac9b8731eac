package transport

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/mark3labs/mcp-go/mcp"
)

// hub answers messages, whatever wire they came by.
type hub struct {
	server Server
	tools  ToolCaller // nil where the server is none
	calls  *calls
	log    *slog.Logger
}

func newHub(srv Server, log *slog.Logger) *hub {
	tools, _ := srv.(ToolCaller)
	return &hub{server: srv, tools: tools, calls: newCalls(), log: log}
}

// sender is who sent a message.
type sender struct {
	*session
	// closing is the cause of a call's end when the context it came with ends.
	closing error
}

// answer runs one message to its end. What it returns is nil where no answer is
// due, else a JSON-RPC response or error; written is to be called once that is
// on its way. A cancellation is dealt with here and never shown to mcp-go, which
// would let a client without an id cancel a stranger's call.
func (h *hub) answer(ctx context.Context, from sender, m message) (answer any, written func()) {
	if m.request() {
		return h.answerCall(ctx, from, m)
	}
	switch {
	case m.reply:
	case m.method == methodCancelled:
		id, cause := cancellation(m)
		h.calls.cancel(from.id, id, cause)
	default:
		return h.handle(ctx, from, m), func() {}
	}
	return nil, func() {}
}

func (h *hub) answerCall(ctx context.Context, from sender, m message) (any, func()) {
	call, err := h.calls.begin(ctx, from.id, m.id, from.closing)
	if err != nil {
		return *refuse(m.id, refusalCode(err), "%v", err), func() {}
	}
	defer call.answered()
	return withID(h.handle(call.ctx, from, m), m.id), call.gone
}

func refusalCode(err error) int {
	switch {
	case errors.Is(err, errStopping):
		return codeStopping
	case errors.Is(err, errTooMany):
		return codeBusy
	}
	return mcp.INVALID_REQUEST
}

// handle gives a message to the server. A panic becomes an error answer.
func (h *hub) handle(ctx context.Context, from sender, m message) (answer any) {
	defer func() {
		if p := recover(); p != nil {
			h.logPanic(ctx, m.method, p)
			answer = nil
			if m.request() {
				answer = *refuse(m.id, mcp.INTERNAL_ERROR, "something failed inside the server; the session is untouched: try again")
			}
		}
	}()
	ctx = h.server.WithContext(ctx, from.session)
	if result := h.direct(ctx, m); result != nil {
		return mcp.NewJSONRPCResultResponse(requestID(m.id), result)
	}
	if reply := h.server.HandleMessage(ctx, m.raw); reply != nil {
		return reply
	}
	if m.request() {
		return *refuse(m.id, mcp.INTERNAL_ERROR, "the server has no answer to this request: try again")
	}
	return nil
}

// logPanic keeps a panic's own words out of the log unless the runtime spoke
// them: they could hold what the client sent.
func (h *hub) logPanic(ctx context.Context, method string, p any) {
	what := "not shown"
	if err, ok := p.(runtime.Error); ok {
		what = err.Error()
	}
	h.log.ErrorContext(ctx, "a handler panicked", "method", method, "panic", what, "stack", string(debug.Stack()))
}
