package orchestrator

import "context"

// maxNotices bounds what waits to be told: the newest tell enough.
const maxNotices = 10

// notify leaves word for the session's next reply. The caller holds mu.
func (o *Orchestrator) notify(s *session, text string) {
	s.notices = append(s.notices, text)
	if len(s.notices) > maxNotices {
		s.notices = s.notices[len(s.notices)-maxNotices:]
	}
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
	s.notices = nil
	return notices
}
