package orchestrator

import (
	"context"
	"encoding/hex"
	"fmt"

	"power-interpreter/internal/workspace"
)

// adopt takes over what an earlier run of this program left: claims are the
// truth. Claimed sandboxes that run go on, with whatever runs in them;
// everything else of ours is removed.
func (o *Orchestrator) adopt(ctx context.Context) error {
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
	claimed := map[string]bool{}
	for _, b := range bad { // kept: a person may mend it
		o.log.Error("a claim cannot be read; its files are kept and served to nobody", "sandbox_id", b.SandboxID, "error", b.Err)
		claimed[b.SandboxID] = true
	}
	for _, c := range claims {
		claimed[c.SandboxID] = true
		o.adoptClaim(ctx, c, running[c.SandboxID])
	}
	return o.sweep(ctx, found, claimed)
}

// adoptClaim registers one claim's session, with its kernel if that answers.
func (o *Orchestrator) adoptClaim(ctx context.Context, c workspace.Claim, running bool) {
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
	o.mu.Lock()
	o.sessions[s.ref] = s
	o.mu.Unlock()
	if !running {
		o.tell(s, "the server restarted: session %q has no variables from before; its files are kept", c.SessionID)
		return
	}
	if err := o.resume(ctx, s); err != nil {
		o.log.Warn("a running sandbox could not be adopted", "session_id", c.SessionID, "sandbox_id", c.SandboxID, "error", err)
		o.scrap(c.SandboxID, nil)
		o.freePlace(s)
		o.tell(s, "the server restarted and the kernel of session %q could not be kept: its variables are lost, its files are kept", c.SessionID)
	}
}

// resume attaches to a session's running sandbox and takes over what runs there.
func (o *Orchestrator) resume(ctx context.Context, s *session) error {
	o.mu.Lock()
	o.held++ // beyond MaxSessions too: what runs is not taken away
	s.holds = true
	o.mu.Unlock()
	k, err := o.greet(ctx, s.claim.SandboxID)
	if err != nil {
		return err
	}
	switch info := k.Info(); {
	case info.Session == "": // the crash came between the claim and the opening
		err = k.Open(ctx, o.opening(s))
	case info.Session != s.ref.ID:
		err = Errorf(CodeInternal, "the sandbox is another session's")
	case !o.mayBeOurs(info.Running) || !o.mayBeOurs(info.Ended):
		err = Errorf(CodeInternal, "the sandbox runs what nobody has sent")
	}
	if err != nil {
		_ = k.Close()
		return err
	}
	if err := o.seat(s, k); err != nil {
		return err
	}
	const kept = "the server restarted; session %q has kept its variables"
	switch info := k.Info(); {
	case info.Running != "":
		o.takeOver(s, k, info.Running, fmt.Sprintf(kept+", and code that was running in it goes on as job %s", s.ref.ID, info.Running))
	case info.Ended != "":
		o.takeOver(s, k, info.Ended, fmt.Sprintf(kept+", and code that ended meanwhile has its reply as job %s (get_job_result)", s.ref.ID, info.Ended))
	default:
		o.tell(s, kept, s.ref.ID)
	}
	return nil
}

// mayBeOurs says whether a runner's word for an execution is none, or one of
// our ids and nobody's: a hostile runner could name another owner's.
func (o *Orchestrator) mayBeOurs(id string) bool {
	if id == "" {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	raw, err := hex.DecodeString(id)
	return err == nil && len(raw) == 4 && o.executions[id] == nil
}

// takeOver makes a job of the execution that runs, or has ended, in an adopted
// sandbox.
func (o *Orchestrator) takeOver(s *session, k Kernel, id, notice string) {
	x := newExecution(s, Run{ID: id, Op: OpCell, Timeout: o.cfg.Limits.JobTimeoutMax})
	x.Job, x.Detached = true, true
	x.ticket = s.line.join(true)
	o.mu.Lock()
	o.executions[id] = x
	o.order = append(o.order, x)
	o.notify(s, notice)
	o.mu.Unlock()
	ctx, ok := o.begin(x)
	if !ok {
		close(x.done)
		x.ticket.leave()
		return
	}
	o.goOwned(func() {
		defer close(x.done)
		defer x.ticket.leave()
		outcome, err := k.Resume(ctx, id, sink{o, x})
		o.conclude(x, k, outcome, err)
	})
}

// sweep removes the sandboxes and folders that nobody claims. A spare of an
// earlier run goes too: a new one costs seconds, and only what this run has
// started is known to be untouched.
func (o *Orchestrator) sweep(ctx context.Context, found []Sandbox, claimed map[string]bool) error {
	for _, s := range found {
		if claimed[s.ID] {
			continue
		}
		if err := o.cfg.Engine.Remove(ctx, s.ID); err != nil {
			return err
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
