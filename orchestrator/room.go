package orchestrator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// makeRoom takes one of the MaxSessions places for s. When all are taken it
// stops the owner's own longest-idle session, or another owner's that has been
// idle for foreignIdle; when none may be, it refuses and says what runs.
func (o *Orchestrator) makeRoom(s *session) error {
	for range o.cfg.Limits.MaxSessions + 1 {
		victim, ok := o.takePlace(s)
		if ok {
			return nil
		}
		if victim == nil {
			return o.noRoom(s.ref.Owner)
		}
		o.stopIdle(victim, fmt.Sprintf(
			"session %q had to make room for another and its sandbox was stopped: its files are kept, its variables are gone", victim.ref.ID))
	}
	return o.noRoom(s.ref.Owner)
}

// takePlace takes a free place, or names who could give one up.
func (o *Orchestrator) takePlace(s *session) (victim *session, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.holds {
		return nil, true
	}
	if o.held < o.cfg.Limits.MaxSessions {
		o.held++
		s.holds = true
		return nil, true
	}
	for _, other := range o.sessions {
		if other == s || !o.mayYield(other, s.ref.Owner) {
			continue
		}
		if victim == nil || yieldsBefore(other, victim, s.ref.Owner) {
			victim = other
		}
	}
	return victim, false
}

// mayYield says whether a session's sandbox may be stopped for owner's sake.
func (o *Orchestrator) mayYield(s *session, owner string) bool {
	if s.kernel == nil || s.running != nil || s.starting || s.line.waiting() > 0 {
		return false
	}
	return s.ref.Owner == owner || time.Since(s.used) > foreignIdle
}

// yieldsBefore prefers the owner's own, then the longest idle.
func yieldsBefore(a, b *session, owner string) bool {
	if own := a.ref.Owner == owner; own != (b.ref.Owner == owner) {
		return own
	}
	return a.used.Before(b.used)
}

// freePlace gives a session's place back.
func (o *Orchestrator) freePlace(s *session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.holds {
		s.holds = false
		o.held--
	}
}

func (o *Orchestrator) noRoom(owner string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var running []string
	for ref, s := range o.sessions {
		switch {
		case ref.Owner != owner || !s.holds:
		case s.running != nil:
			running = append(running, fmt.Sprintf("%s (running for %s)", ref.ID, seconds(time.Since(s.running.Started))))
		default:
			running = append(running, fmt.Sprintf("%s (starting, or with calls waiting)", ref.ID))
		}
	}
	slices.Sort(running)
	yours := "none of them is yours"
	if len(running) > 0 {
		yours = "yours: " + strings.Join(running, ", ")
	}
	return Errorf(CodeBusy, "all %d sessions are busy (%s); try again when one has ended, cancel_job or delete_session one of yours, or use one of their session_ids",
		o.cfg.Limits.MaxSessions, yours)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }
