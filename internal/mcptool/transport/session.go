package transport

import (
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// notesKept is how many notifications wait for a slow reader; mcp-go refuses
// more, and the answer tells all that they did.
const notesKept = 100

// session is what mcp-go knows of a client. On HTTP each request has its own,
// so that a call's notifications come on the stream of its answer.
type session struct {
	id    string // the client's, empty for none
	notes chan mcp.JSONRPCNotification
	told  bool // whether notifications reach the client
}

func newSession(id string, told bool) *session {
	return &session{id: id, notes: make(chan mcp.JSONRPCNotification, notesKept), told: told}
}

var _ server.ClientSession = (*session)(nil)

// SessionID returns the client's id.
func (s *session) SessionID() string { return s.id }

// NotificationChannel returns where mcp-go puts notifications.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notes }

// Initialize is called after the handshake; nothing waits for it, so that a
// client may go on after a restart of the server.
func (s *session) Initialize() {}

// Initialized says whether notifications reach the client: false where its
// answer can only be one JSON body. mcp-go then refuses to send any, by which a
// tool knows that nobody sees its progress.
func (s *session) Initialized() bool { return s.told }
