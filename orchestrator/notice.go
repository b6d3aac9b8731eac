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

// Notices takes what the session's caller has yet to be told, once. What they
// tell of is in the store by then: a job that was named is known after a kill.
func (o *Orchestrator) Notices(ctx context.Context, ref Ref) []string {
	if !o.HasNotices(ref) {
		return nil
	}
	_ = o.written(ctx) // a store that fails keeps nobody from being told
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.sessions[ref]
	if s == nil {
		return o.takeWord(ref)
	}
	notices := s.notices
	if s.notices = nil; len(notices) > 0 {
		o.noteNotices(s)
	}
	return notices
}

// HasNotices says whether Notices has something to tell. It takes nothing.
func (o *Orchestrator) HasNotices(ref Ref) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.sessions[ref]; s != nil {
		return len(s.notices) > 0
	}
	_, waits := o.words[ref]
	return waits
}
