// Package transport carries MCP over the wires that clients know: Streamable
// HTTP, the classic event stream, one POST answered in its body, and stdin and
// stdout.
//
// What a message means is mcp-go's MCPServer's affair, but for a plain call of a
// tool, which goes to the tool (see ToolCaller). The wires are ours,
// because what a call's caller did (took it back, lost patience, lost its
// connection) must reach the call as the cause of its context, because a client
// belongs to the key that made it, and because each call's news must come on
// its own answer; mcp-go v1.2.1's wires have one queue for all calls of a client.
package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Paths of the HTTP wires.
const (
	pathStreamable = "/mcp"
	pathSSE        = "/mcp/sse"
	pathMessage    = "/mcp/message" // where a classic client posts, as its stream tells it
)

// DefaultMaxRequest bounds one message where Config does not: 64 MiB, a file of
// 45 MiB in base64 and its envelope.
const DefaultMaxRequest = 64 << 20

// Config is what the wires are made with. The zero value works.
type Config struct {
	// Secret signs the ids of clients. With the same secret they outlive a
	// restart; empty means a random one. 32 bytes or more.
	Secret []byte
	// MaxRequest bounds one message in bytes; 0 means DefaultMaxRequest.
	MaxRequest int64
	// BasePath is where a proxy mounts the server ("/py"), empty for its root.
	// The classic event stream tells it to clients.
	BasePath string
	// UploadTo returns how a file that is too large for a message is sent
	// instead ("PUT https://…"), for the owner of ctx; "" or nil means as usual.
	UploadTo func(ctx context.Context, session, file string) string
	// Logger takes faults of ours, never a message's content; nil drops them.
	Logger *slog.Logger
}

func (c Config) maxRequest() int64 {
	if c.MaxRequest <= 0 {
		return DefaultMaxRequest
	}
	return c.MaxRequest
}

func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

// Transport is the HTTP wires over one MCP server. A request's owner is that of
// its context (mcptool.WithOwner); who serves it has checked the key.
type Transport struct {
	hub      *hub
	ids      *clientIDs
	bodies   *bodies
	streams  *streams
	basePath string
}

// New returns the HTTP wires over srv. Shutdown ends what it started.
func New(srv Server, cfg Config) *Transport {
	return &Transport{
		hub:      newHub(srv, cfg.logger()),
		ids:      newClientIDs(cfg.Secret),
		bodies:   newBodies(cfg),
		streams:  newStreams(),
		basePath: strings.TrimSuffix(cfg.BasePath, "/"),
	}
}

// Routes returns a handler for each path, for every method.
func (t *Transport) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		pathStreamable: http.HandlerFunc(t.serveStreamable),
		pathSSE:        http.HandlerFunc(t.serveSSE),
		pathMessage:    http.HandlerFunc(t.serveMessage),
	}
}

// lastGrace is how long calls may take to answer once they were told to let go:
// a cell detaches at once, the rest is writing the answer.
const lastGrace = 5 * time.Second

// Shutdown refuses new calls, lets those that run end until ctx does, detaches
// the rest, and closes every event stream once its last answer is written. It
// returns what was still running after that, as an error.
func (t *Transport) Shutdown(ctx context.Context) error {
	err := t.hub.calls.drain(ctx, lastGrace)
	t.streams.closeAll(errStopping)
	if err == nil { // a stream outlives the calls on it
		t.streams.wait()
	}
	return err
}
