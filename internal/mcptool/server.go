// Package mcptool is the MCP face of the orchestrator: one tool a file, listed
// in all.go, each a thin translation of arguments to a call of
// orchestrator.Service and of what it answers to text, pictures and structure.
package mcptool

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/orchestrator"
)

// Options are what a server of the tools is made with.
type Options struct {
	// Version is told to clients.
	Version string
	// DetachAfter is how long a client without a progress token is kept
	// waiting by execute_code, load_dataset and query_dataset; 0 means to the end.
	DetachAfter time.Duration
	// Link returns a URL by which a person or program gets a session's file,
	// path being relative to its folder; "" or a nil Link means there is none.
	Link func(ref orchestrator.Ref, path string) string
	// UploadTo returns how a file is sent over HTTP ("PUT https://…"); "" or nil
	// means that it cannot be.
	UploadTo func(ctx context.Context, ref orchestrator.Ref, filename string) string
	// Observe, if not nil, is told of each call that was answered: the tool, "ok"
	// or how its execution ended or the error's code, and how long it took.
	Observe func(tool, outcome string, took time.Duration)
	// Logger takes one line a call, without arguments or answers; nil drops them.
	Logger *slog.Logger
	// ServerOptions are added to the server's own. CallTool knows none of them.
	ServerOptions []server.ServerOption
}

// What holds where an executor that is not reached yet could tell no bounds.
const (
	usualOutputChars   = 20_000
	usualJobTimeoutMax = 4 * time.Hour
)

// tools is the server's own state: none but what it was made with.
type tools struct {
	svc  orchestrator.Service
	opts Options
	srv  *server.MCPServer
}

// Server is an MCP server with all the tools.
type Server struct {
	*server.MCPServer
	handlers map[string]server.ToolHandlerFunc // by the tool's name
}

// CallTool calls a tool as a tools/call does that asks for no more than its
// result. It returns nil for a tool that is not there. Arguments are JSON, nil
// for none; meta is nil for none.
func (s *Server) CallTool(ctx context.Context, name string, arguments json.RawMessage, meta *mcp.Meta) *mcp.CallToolResult {
	handle := s.handlers[name]
	if handle == nil {
		return nil
	}
	res, _ := handle(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: name, RawArguments: arguments, Meta: meta}}) // returns none
	return res
}

// NewServer returns an MCP server with all the tools over svc. The transport
// says whose calls they are by WithOwner, and ends a call's context with the
// cause orchestrator.ErrCancelled when its client cancels it.
func NewServer(svc orchestrator.Service, opts Options) *Server {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Link == nil {
		opts.Link = func(orchestrator.Ref, string) string { return "" }
	}
	if opts.UploadTo == nil {
		opts.UploadTo = func(context.Context, orchestrator.Ref, string) string { return "" }
	}
	if opts.Observe == nil {
		opts.Observe = func(string, string, time.Duration) {}
	}
	own := []server.ServerOption{server.WithToolCapabilities(false), server.WithInstructions(instructions)}
	s := &tools{svc: svc, opts: opts}
	s.srv = server.NewMCPServer("power-interpreter", opts.Version, append(own, opts.ServerOptions...)...)
	handlers := map[string]server.ToolHandlerFunc{}
	for _, t := range all(settings(svc)) {
		handlers[t.name] = s.handler(t)
		s.srv.AddTool(t.published(), handlers[t.name])
	}
	return &Server{s.srv, handlers}
}

// settings are the service's, with what is missing in them.
func settings(svc orchestrator.Service) orchestrator.Settings {
	s := svc.Settings()
	if s.MaxOutputChars <= 0 {
		s.MaxOutputChars = usualOutputChars
	}
	if s.JobTimeoutMax <= 0 {
		s.JobTimeoutMax = usualJobTimeoutMax
	}
	return s
}

// instructions are what a client may put before its model once.
const instructions = `Runs Python in a sandbox of the session's own, with the usual data libraries and no network. Bring data in by fetch_from_url or upload_file; it lies in /app/sandbox_data/{session_id}/, the working directory. Variables stay between execute_code calls of a session. query_dataset runs SQL over its DataFrames.`
