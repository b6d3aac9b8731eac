package orchestrator

import (
	"context"

	"power-interpreter/internal/workspace"
)

// adopt takes over what an earlier run of this program left: claims are the
// truth. Claimed sandboxes that run go on, with whatever runs in them;
// everything else of ours is removed.
func (o *Orchestrator) adopt(ctx context.Context) error {
	memory, err := o.cfg.Store.Load(ctx)
	if err != nil {
		return err
	}
	past := o.recall(memory)
	claims, bad, err := o.cfg.Workspace.ReadClaims()
	if err != nil {
		return fileError(err)
	}
	found, err := o.cfg.Engine.List(ctx, o.cfg.Workspace.Dir())
	if err != nil {
		return err
	}
	running := map[string]bool{}
	for _, s := range found {
		running[s.ID] = s.Running
	}
	if err := o.noteHalfMade(running); err != nil {
		return err
	}
	claimed := map[string]bool{}
	for _, b := range bad { // kept: a person may mend it
		if dropped, err := o.cfg.Workspace.DropHalfClaim(b.SandboxID); err == nil && dropped {
			continue
		}
		o.log.Error("a claim cannot be read; its files are kept and served to nobody", "sandbox_id", b.SandboxID, "error", b.Err)
		claimed[b.SandboxID] = true
	}
	for _, c := range claims {
		claimed[c.SandboxID] = true
		o.adoptClaim(ctx, c, running[c.SandboxID], past)
	}
	o.loseRest(past)
	if err := o.sweep(ctx, found, claimed); err != nil {
		return err
	}
	o.recallWords(past.notices)
	o.runAgain(past) // their new sandboxes must not be swept
	return nil
}

// adoptClaim registers one claim's session, with its kernel if that answers.
func (o *Orchestrator) adoptClaim(ctx context.Context, c workspace.Claim, running bool, past *past) {
	o.mu.Lock()
	o.uids[c.UID] = true
	o.mu.Unlock()
	if c.Condemned {
		if err := o.erase(c.SandboxID, c.UID); err != nil {
			o.log.Error("a deleted session's files remain", "sandbox_id", c.SandboxID, "error", AsError(err).Err)
		}
		return
	}
	if err := o.cfg.Workspace.MakeSession(c.SandboxID, c.SessionID, c.UID); err != nil {
		o.log.Error("a session's folder cannot be used", "session_id", c.SessionID, "sandbox_id", c.SandboxID, "error", err)
	}
	s := o.newSession(Ref{c.Owner, c.SessionID})
	s.created, s.claim = c.CreatedAt, c
	s.claimed()
	if used, known := past.used[s.ref]; known {
		s.used = used
	}
	o.mu.Lock()
	o.sessions[s.ref] = s
	s.notices, s.tally = past.notices[s.ref], past.tallies[s.ref]
	o.mu.Unlock()
	if !running {
		o.lose(s, past)
		o.tell(s, "the server restarted: session %q has no variables from before; its files are kept", c.SessionID)
		return
	}
	if err := o.resume(ctx, s, past); err != nil {
		o.log.Warn("a running sandbox could not be adopted", "session_id", c.SessionID, "sandbox_id", c.SandboxID, "error", err)
		_ = o.scrap(c.SandboxID, nil) // the next start of it removes it first
		o.freePlace(s)
		o.lose(s, past)
		o.tell(s, "the server restarted and the kernel of session %q could not be kept: its variables are lost, its files are kept", c.SessionID)
	}
}

// resume attaches to a session's running sandbox and takes over what runs there.
func (o *Orchestrator) resume(ctx context.Context, s *session, past *past) error {
	o.mu.Lock()
	o.held++ // beyond MaxSessions too: what runs is not taken away
	s.holds = true
	o.mu.Unlock()
	k, err := o.greet(ctx, s.claim.SandboxID, s.claim.UID)
	if err != nil {
		return err
	}
	switch info := k.Info(); {
	case info.Session == "": // the crash came between the claim and the opening
		err = k.Open(ctx, o.opening(s))
	case info.Session != s.ref.ID:
		err = Errorf(CodeInternal, "the sandbox is another session's")
	case !o.mayBe(s.ref, past, info.known()):
		err = Errorf(CodeInternal, "the sandbox runs what nobody has sent")
	}
	if err != nil {
		_ = k.Close()
		return err
	}
	if err := o.seat(s, k); err != nil {
		return err
	}
	o.takeOver(s, k, past)
	return nil
}

// sweep removes the sandboxes and folders that nobody claims. A spare of an
// earlier run goes too: a new one costs seconds, and only what this run has
// started is known to be untouched.
func (o *Orchestrator) sweep(ctx context.Context, found []Sandbox, claimed map[string]bool) error {
	for _, s := range found {
		if claimed[s.ID] {
			continue
		}
		if err := o.removeLeft(ctx, s); err != nil {
			o.log.Error("a sandbox that nobody claims remains for now", "sandbox_id", s.ID, "error", err)
			claimed[s.ID] = true // its folder waits
		}
	}
	folders, err := o.cfg.Workspace.Sandboxes()
	if err != nil {
		return fileError(err)
	}
	for _, id := range folders {
		if claimed[id] {
			continue
		}
		if err := o.cfg.Workspace.RemoveSandbox(id); err != nil {
			o.log.Error("a folder that nobody claims remains", "sandbox_id", id, "error", err)
		}
	}
	return nil
}
