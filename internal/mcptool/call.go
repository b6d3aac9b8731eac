package mcptool

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/orchestrator"
)

// call is one call of a tool under way.
type call struct {
	svc      orchestrator.Service
	settings orchestrator.Settings
	link     func(ref orchestrator.Ref, path string) string // "" where there is none
	uploadTo func(ctx context.Context, ref orchestrator.Ref, filename string) string
	owner    string
	session  string        // the session it concerns, empty until that is known
	id       string        // the execution it concerns, for the log
	patience time.Duration // how long the client is kept waiting, 0 to the end
	progress *progress     // nil for a client that asked for none
}

// ref is the session that the call concerns.
func (c *call) ref() orchestrator.Ref { return orchestrator.Ref{Owner: c.owner, ID: c.session} }

// on says which session the call concerns, if its id is a valid one.
func (c *call) on(session string) (orchestrator.Ref, error) {
	ref := orchestrator.Ref{Owner: c.owner, ID: session}
	if err := ref.Validate(); err != nil {
		return ref, err
	}
	c.session = session
	return ref, nil
}

// handler is what mcp-go calls for the tool. It returns no error: whatever
// goes wrong is a result that a model can read.
func (s *tools) handler(t tool) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		began := time.Now()
		c := s.begin(ctx, req)
		r := s.answer(ctx, c, t, req)
		c.progress.stop()
		s.log(ctx, t, c, r, time.Since(began))
		return r.result(c.notices(ctx)), nil
	}
}

func (s *tools) begin(ctx context.Context, req mcp.CallToolRequest) *call {
	c := &call{svc: s.svc, settings: settings(s.svc), link: s.opts.Link, uploadTo: s.opts.UploadTo, owner: Owner(ctx)}
	c.progress = startProgress(ctx, s.srv, req.Params.Meta)
	if c.progress == nil {
		c.patience = s.opts.DetachAfter
	}
	return c
}

// answer runs the tool. A panic in it ends this call alone. What is logged of
// it has no argument and no data in it.
func (s *tools) answer(ctx context.Context, c *call, t tool, req mcp.CallToolRequest) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			words := fmt.Sprintf("%T", p)
			if e, ok := p.(runtime.Error); ok {
				words = e.Error()
			}
			s.opts.Logger.Error("a tool panicked", "tool", t.name, "panic", words, "stack", string(debug.Stack()))
			r = refusal(fmt.Errorf("panic"))
		}
	}()
	given, err := arguments(req.GetRawArguments())
	if err == nil {
		r, err = t.run(ctx, c, given)
	}
	if err != nil {
		r = refusal(err)
		r.text = excerpt{head: r.text}.fit(c.settings.MaxOutputChars, 2, "it was longer than a reply may be")
		if e := orchestrator.AsError(err); e.Code == orchestrator.CodeInternal {
			s.opts.Logger.Error("a tool failed", "tool", t.name, "session_id", c.session, "error", e.Err)
		}
	}
	return r
}

// log tells of a call: one line, and to who counts them.
func (s *tools) log(ctx context.Context, t tool, c *call, r reply, took time.Duration) {
	attrs := []slog.Attr{slog.String("tool", t.name), slog.Float64("duration_ms", float64(took.Microseconds())/1000)}
	status := "ok"
	switch {
	case r.code != "":
		status = string(r.code)
	case r.record != nil:
		status = r.record.Status
	}
	s.opts.Observe(t.name, status, took)
	attrs = append(attrs, slog.String("status", status))
	if c.session != "" {
		attrs = append(attrs, slog.String("session_id", c.session))
	}
	if c.id != "" {
		attrs = append(attrs, slog.String("execution_id", c.id))
	}
	s.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "tool call", attrs...)
}
