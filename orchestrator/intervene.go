package orchestrator

import (
	"context"
	"fmt"
	"time"
)

// interveneTime is how long an Intervention is waited for. A kernel that does
// not answer, or a folder of many files, takes longer; it goes on behind.
const interveneTime = 10 * time.Second

// Intervene acts on a session; see Administration.
func (o *Orchestrator) Intervene(ctx context.Context, id string, act Intervention) (Intervened, error) {
	s, err := o.byInternalID(id)
	if err != nil {
		return Intervened{}, err
	}
	did := Intervened{ID: id, Owner: s.ref.Owner, SessionID: s.ref.ID, Action: act, Execution: o.runningIn(s)}
	o.log.Info("an administrator intervenes", "session_id", s.ref.ID, "sandbox_id", id, "action", string(act))
	switch act {
	case InterventionInterrupt:
		did.Done = o.interruptFor(s)
		return did, nil
	case InterventionReset:
		did.Done, did.Pending, err = o.behind(ctx, func() (string, error) { return o.resetFor(s) })
	case InterventionDelete:
		did.Done, did.Pending, err = o.behind(ctx, func() (string, error) { return o.deleteFor(s) })
	default:
		err = Errorf(CodeInvalid, "an administrator may %s, %s or %s a session, not %.20q it",
			InterventionInterrupt, InterventionReset, InterventionDelete, string(act))
	}
	return did, err
}

// behind does what may take long, and waits for it as long as interveneTime and
// ctx go. It goes on when they end.
func (o *Orchestrator) behind(ctx context.Context, do func() (string, error)) (done string, pending bool, err error) {
	type end struct {
		words string
		err   error
	}
	ended := make(chan end, 1)
	o.mu.Lock()
	if o.closing {
		o.mu.Unlock()
		return "", false, errClosing()
	}
	o.goOwned(func() {
		words, err := do()
		ended <- end{words, err}
	})
	o.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, interveneTime)
	defer cancel()
	select {
	case e := <-ended:
		return e.words, false, e.err
	case <-ctx.Done():
		return "it takes longer and goes on", true, nil
	}
}

func (o *Orchestrator) runningIn(s *session) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.running == nil {
		return ""
	}
	return s.running.ID
}

func (o *Orchestrator) interruptFor(s *session) string {
	o.mu.Lock()
	x := s.running
	if x != nil && !x.stopping {
		o.notify(s, fmt.Sprintf("an administrator interrupted what ran in session %q (%s)", s.ref.ID, x.ID))
	}
	o.mu.Unlock()
	if x == nil {
		return "nothing was running"
	}
	o.interrupt(x)
	return "interrupted; variables and files are kept"
}

func (o *Orchestrator) resetFor(s *session) (string, error) {
	o.mu.Lock()
	there := s.kernel != nil
	if there {
		o.notify(s, fmt.Sprintf("an administrator reset session %q: its variables are lost, its files are kept", s.ref.ID))
	}
	o.mu.Unlock()
	if !there {
		return "there is no kernel: the next call starts a fresh one", nil
	}
	o.reset(context.WithoutCancel(o.life), s)
	return "a fresh kernel waits; files are kept", nil
}

func (o *Orchestrator) deleteFor(s *session) (string, error) {
	err := o.delete(o.life, s, fmt.Sprintf("an administrator deleted session %q: its variables and files are gone", s.ref.ID))
	return "the session, its sandbox, files and results are gone", err
}
