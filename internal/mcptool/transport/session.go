package transport

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// notesKept is how many notifications wait for a slow reader; mcp-go refuses
// more, and the answer tells all that they did.
const notesKept = 100

// session is what mcp-go knows of a client. On HTTP each request has its own,
// so that a call's notifications come on the stream of its answer.
type session struct {
	id   string // the client's, empty for none
	told bool   // whether notifications reach the client

	mu    sync.Mutex
	notes chan mcp.JSONRPCNotification               // made when it is first asked for: most calls tell nothing
	first func(notes <-chan mcp.JSONRPCNotification) // called then, once; nil for nothing to do
}

func newSession(id string, told bool) *session { return &session{id: id, told: told} }

var _ server.ClientSession = (*session)(nil)

// SessionID returns the client's id.
func (s *session) SessionID() string { return s.id }

// NotificationChannel returns where mcp-go puts notifications. It asks for it
// when there is one to put.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.queue() }

// queue returns where they wait to be told.
func (s *session) queue() chan mcp.JSONRPCNotification {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notes == nil {
		s.notes = make(chan mcp.JSONRPCNotification, notesKept)
		if s.first != nil {
			s.first(s.notes)
		}
	}
	return s.notes
}

// onFirst has f called when the first notification is about to come, with where it
// will come from; f must not wait. After onFirst(nil) nothing is called any more.
func (s *session) onFirst(f func(notes <-chan mcp.JSONRPCNotification)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first = f
}

// Initialize is called after the handshake; nothing waits for it, so that a
// client may go on after a restart of the server.
func (s *session) Initialize() {}

// Initialized says whether notifications reach the client: false where its
// answer can only be one JSON body. mcp-go then refuses to send any, by which a
// tool knows that nobody sees its progress.
func (s *session) Initialized() bool { return s.told }
