package orchestrator

import (
	"context"
	"time"
)

// Create makes the session ready now; see Service.
func (o *Orchestrator) Create(ctx context.Context, ref Ref) (Session, error) {
	s, err := o.session(ref)
	if err != nil {
		return Session{}, err
	}
	t := s.line.join(true)
	if t == nil {
		return Session{}, lineFull(s)
	}
	defer t.leave()
	admitted(ctx, "")
	if !t.wait(ctx.Done()) {
		return Session{}, Hide(CodeCancelled, ctx.Err(), "given up while calls on the session were running")
	}
	if _, err := o.ready(s); err != nil {
		return Session{}, err
	}
	return o.describe(s), nil
}

// Reset gives the session a fresh kernel, at once: what runs ends as
// cancelled, what waits runs in the fresh one.
func (o *Orchestrator) Reset(ctx context.Context, ref Ref) (Session, error) {
	s, err := o.session(ref)
	if err != nil {
		return Session{}, err
	}
	o.reset(ctx, s)
	return o.describe(s), nil
}

// reset replaces the kernel if there is one; else the next call starts one.
func (o *Orchestrator) reset(ctx context.Context, s *session) {
	o.mu.Lock()
	k := s.kernel
	s.datasets = nil
	o.mu.Unlock()
	admitted(ctx, "")
	if k == nil {
		return
	}
	// The caller's going away must not leave a kernel half reset.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
	defer cancel()
	if err := k.Reset(ctx); err != nil {
		_ = k.Close() // whoever watches it removes the sandbox: a fresh one has a fresh kernel
	}
}

// Delete stops the session and deletes all it has; see Service. Its id is free
// for a new session at once.
func (o *Orchestrator) Delete(ctx context.Context, ref Ref) error {
	s, err := o.lookup(ref)
	if err != nil {
		return err
	}
	if s == nil {
		return errNoSession(ref)
	}
	return o.delete(ctx, s, "")
}

// delete ends a session, and leaves word for its owner unless that is who asked.
func (o *Orchestrator) delete(ctx context.Context, s *session, word string) error {
	// On disk first: if that fails, nothing has changed.
	if claim := o.claimOf(s); claim.SandboxID != "" {
		if err := o.cfg.Workspace.CondemnClaim(claim.SandboxID); err != nil {
			return fileError(err)
		}
	}
	waiting, struck := o.strike(s, word)
	if !struck {
		return errNoSession(s.ref)
	}
	admitted(ctx, "")
	for _, x := range waiting {
		o.interrupt(x)
	}
	if err := o.written(context.Background()); err != nil {
		o.log.Warn("a deleted session's record remains for now", "session_id", s.ref.ID, "error", AsError(err).Err)
	}
	err := o.empty(s)
	o.mu.Lock()
	o.forgetExecutions()
	o.mu.Unlock()
	return err
}

// empty removes all that a session off the books has. Its sandbox goes first:
// that ends what runs there, and then whoever is still in line leaves.
func (o *Orchestrator) empty(s *session) error {
	t := s.line.joinLast()
	defer t.leave()
	if claim := o.claimOf(s); claim.SandboxID != "" {
		o.mu.Lock()
		k := s.kernel
		s.kernel = nil
		o.mu.Unlock()
		_ = o.scrap(claim.SandboxID, k) // erase tries again
	}
	t.wait(nil)
	o.dropParts(s, time.Now().Add(partTime)) // all
	o.freePlace(s)
	claim := o.claimOf(s) // a call that was starting a sandbox may have made one
	if claim.SandboxID == "" {
		return nil
	}
	return o.erase(claim.SandboxID, claim.UID)
}

// strike takes the session off the books and returns its executions not ended;
// false if somebody else has.
func (o *Orchestrator) strike(s *session, word string) (live []*execution, struck bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.deleted {
		return nil, false
	}
	o.noteGone(s)
	s.deleted = true
	s.end()
	delete(o.sessions, s.ref)
	if word != "" {
		o.leaveWord(s.ref, word)
	}
	for _, x := range o.order {
		if x.session == s && !x.Status.Ended() {
			live = append(live, x)
		}
	}
	return live, true
}

// erase removes a claimed sandbox for good. The claim is condemned first, so
// that a crash half-way is finished at the next start and nothing of it is
// ever taken for a session.
func (o *Orchestrator) erase(id string, uid int) error {
	if err := o.cfg.Workspace.CondemnClaim(id); err != nil {
		return fileError(err)
	}
	return o.dispose(id, uid, nil)
}

// Sessions lists the owner's sessions; every owner's for "".
func (o *Orchestrator) Sessions(_ context.Context, owner string) ([]Session, error) {
	o.mu.Lock()
	var found []*session
	for ref, s := range o.sessions {
		if owner == "" || ref.Owner == owner {
			found = append(found, s)
		}
	}
	o.mu.Unlock()
	out := make([]Session, len(found))
	for i, s := range found {
		out[i] = o.describe(s)
	}
	return out, nil
}

func (o *Orchestrator) describe(s *session) Session {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := Session{
		Ref: s.ref, ID: s.ref.ID, State: s.state(), Folder: DataFolder + "/" + s.ref.ID, Created: s.created,
		Idle: time.Since(s.used), Limits: o.cfg.Limits.Sandbox, SandboxID: s.claim.SandboxID,
	}
	if s.running != nil {
		d.Running, d.RunningFor, d.Idle = s.running.ID, time.Since(s.running.Started), 0
	}
	d.Queued = s.queued()
	return d
}

func (s *session) state() State {
	switch {
	case s.running != nil:
		return StateBusy
	case s.starting:
		return StateStarting
	case s.kernel != nil:
		return StateIdle
	case s.claim.SandboxID != "":
		return StateStopped
	default:
		return StateNew
	}
}

func errDeleted(s *session) *Error {
	return Errorf(CodeNotFound, "session %q was deleted meanwhile", s.ref.ID)
}

func errNoSession(ref Ref) *Error {
	return Errorf(CodeNotFound, "there is no session %q; nothing was deleted", ref.ID)
}

func lineFull(s *session) error {
	return Errorf(CodeBusy, "%d calls wait on session %q already; wait for some to end, or use another session_id", maxWaiting, s.ref.ID)
}
