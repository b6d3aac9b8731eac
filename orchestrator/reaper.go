package orchestrator

import (
	"context"
	"fmt"
	"time"
)

const (
	// reapEvery is how often idle sessions and old results are looked for.
	reapEvery = 15 * time.Second
)

// reap stops idle sessions and forgets what nobody used for too long, until
// the orchestrator's end.
func (o *Orchestrator) reap() {
	tick := time.NewTicker(reapEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			o.reapOnce(now)
		case <-o.life.Done():
			return
		}
	}
}

func (o *Orchestrator) reapOnce(now time.Time) {
	o.prune(now)
	o.removeStrays()
	o.dropAllParts(now.Add(-partTime))
	idle, old := o.overdue(now)
	for _, s := range old {
		o.expire(s, now)
	}
	for _, s := range idle {
		o.stopIdle(s, fmt.Sprintf("session %q was idle for %v and its sandbox was stopped: its files are kept, its variables are gone",
			s.ref.ID, o.cfg.Limits.IdleTimeout))
	}
}

// prune bounds what the store keeps.
func (o *Orchestrator) prune(now time.Time) {
	ctx, cancel := context.WithTimeout(o.life, writeTimeout)
	defer cancel()
	gone, err := o.cfg.Store.Prune(ctx, StoreBounds{
		Before: now.Add(-o.cfg.Limits.Retention), Jobs: maxJobsKept, Others: maxOthersKept, Bytes: maxBytesKept,
	})
	if err != nil {
		o.log.Warn("old executions are not forgotten", "error", AsError(err).Err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range gone {
		delete(o.ids, id)
	}
}

// overdue lists the sessions to stop and those to delete.
func (o *Orchestrator) overdue(now time.Time) (idle, old []*session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forgetExecutions()
	o.dropOldWords(now)
	for _, s := range o.sessions {
		if s.running != nil || s.starting || s.line.waiting() > 0 {
			continue
		}
		unused := now.Sub(s.used)
		switch {
		case unused > o.cfg.Limits.Retention:
			old = append(old, s)
		case s.kernel != nil && unused > o.cfg.Limits.IdleTimeout:
			idle = append(idle, s)
		}
	}
	return idle, old
}

// expire deletes a session past its retention, unless somebody has come back
// to it meanwhile.
func (o *Orchestrator) expire(s *session, now time.Time) {
	t := s.line.joinEmpty()
	if t == nil {
		return
	}
	o.mu.Lock()
	back := now.Sub(s.used) <= o.cfg.Limits.Retention
	o.mu.Unlock()
	t.leave()
	if back {
		return
	}
	if err := o.delete(o.life, s, ""); err != nil {
		o.log.Warn("a session past its retention remains", "session_id", s.ref.ID, "error", AsError(err).Err)
	}
}

// stopIdle stops a session's sandbox if nobody is in line for it.
func (o *Orchestrator) stopIdle(s *session, notice string) {
	t := s.line.joinEmpty()
	if t == nil {
		return
	}
	defer t.leave()
	o.mu.Lock()
	k := s.kernel
	o.mu.Unlock()
	if k == nil {
		return
	}
	notice += o.lastVariables(k)
	o.mu.Lock()
	s.kernel, s.datasets = nil, nil
	o.notify(s, notice)
	o.mu.Unlock()
	_ = o.scrap(s.claim.SandboxID, k) // the next start of it removes it first
	o.freePlace(s)
}

// attend watches a session's kernel until it is gone.
func (o *Orchestrator) attend(s *session, k Kernel) {
	for {
		select {
		case d := <-k.Deaths():
			o.died(s, d)
			o.tell(s, "the kernel of session %q died between calls (%s): its variables are lost, its files are kept", s.ref.ID, d)
		case <-k.Done():
			o.sandboxGone(s, k)
			return
		case <-o.life.Done():
			return
		}
	}
}

// sandboxGone removes, in turn, a sandbox that has ended by itself or from
// outside. A call that comes first meets it and does the same.
func (o *Orchestrator) sandboxGone(s *session, k Kernel) {
	t := s.line.joinLast()
	defer t.leave()
	if t.wait(o.life.Done()) {
		o.bury(s, k)
	}
}

// bury tells a session that its sandbox has gone, and removes what is left of
// it. The caller holds the kernel's turn. Nothing is said when somebody else
// has done it, or when it was a run that ended with the sandbox: its reply tells.
func (o *Orchestrator) bury(s *session, k Kernel) {
	o.mu.Lock()
	silent := o.closing || s.kernel != k
	if !silent {
		o.noteDeath(s, Death{Cause: CauseGone})
		o.notify(s, fmt.Sprintf("the sandbox of session %q stopped unexpectedly: its files are kept, its variables are lost", s.ref.ID))
	}
	o.mu.Unlock()
	if !silent {
		o.discard(s, k)
	}
}

// discard takes a kernel that is of no more use from its session and removes
// the sandbox. The next call starts another on the same folder. The caller
// holds the kernel's turn.
func (o *Orchestrator) discard(s *session, k Kernel) {
	o.mu.Lock()
	mine := s.kernel == k
	if mine {
		s.kernel, s.datasets = nil, nil
	}
	o.mu.Unlock()
	if !mine {
		return
	}
	_ = o.scrap(s.claim.SandboxID, k) // the next start of it removes it first
	o.freePlace(s)
}

// watchExits ends the streams of sandboxes that the engine says have stopped.
func (o *Orchestrator) watchExits() {
	for id := range o.cfg.Engine.Exits(o.life, o.cfg.Workspace.Dir()) {
		o.mu.Lock()
		var k Kernel
		for _, s := range o.sessions {
			if s.claim.SandboxID == id {
				k = s.kernel
			}
		}
		for _, s := range o.pool.spares {
			if s.id == id {
				k = s.kernel
			}
		}
		o.mu.Unlock()
		if k != nil {
			_ = k.Close()
		}
	}
}
