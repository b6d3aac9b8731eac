package orchestrator

import (
	"context"
	"fmt"
)

// maxNotices bounds what waits to be told: the newest tell enough.
const maxNotices = 10

// tell leaves word for the session's next reply.
func (o *Orchestrator) tell(s *session, format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notify(s, fmt.Sprintf(format, args...))
}

// notify is tell for one who holds mu.
func (o *Orchestrator) notify(s *session, text string) {
	s.notices = append(s.notices, text)
	if len(s.notices) > maxNotices {
		s.notices = s.notices[len(s.notices)-maxNotices:]
	}
	o.noteNotices(s)
}

// Notices takes what the session's caller has yet to be told, once.
func (o *Orchestrator) Notices(_ context.Context, ref Ref) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.sessions[ref]
	if s == nil {
		return nil
	}
	notices := s.notices
	if s.notices = nil; len(notices) > 0 {
		o.noteNotices(s)
	}
	return notices
}
