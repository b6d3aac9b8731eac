package orchestrator

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// maxRecent bounds the executions that Inspect tells of.
const maxRecent = 50

// Overview lists every session; see Administration.
func (o *Orchestrator) Overview(ctx context.Context) (Overview, error) {
	var under []<-chan struct{}
	o.mu.Lock()
	for _, s := range o.sessions {
		under = append(under, o.measure(s, time.Now())...)
	}
	o.mu.Unlock()
	await(ctx, under, overviewTime)
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	all := Overview{Time: now, Totals: o.totals(), Sessions: make([]Inspection, 0, len(o.sessions))}
	for _, s := range o.sessions {
		all.Sessions = append(all.Sessions, o.inspection(s, now))
	}
	slices.SortFunc(all.Sessions, func(a, b Inspection) int {
		return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Inspect tells of one session; see Administration.
func (o *Orchestrator) Inspect(ctx context.Context, id string) (Inspection, error) {
	s, err := o.byInternalID(id)
	if err != nil {
		return Inspection{}, err
	}
	o.mu.Lock()
	under := o.measure(s, time.Now())
	o.mu.Unlock()
	await(ctx, under, overviewTime)
	o.mu.Lock()
	defer o.mu.Unlock()
	i := o.inspection(s, time.Now())
	for _, x := range slices.Backward(o.order) {
		if x.session == s && len(i.Recent) < maxRecent {
			i.Recent = append(i.Recent, x.activity(time.Now()))
		}
	}
	return i, nil
}

// byInternalID returns the session that has it.
func (o *Orchestrator) byInternalID(id string) (*session, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.sessions {
		if id != "" && (s.claim.SandboxID == id || s.handle == id) {
			return s, nil
		}
	}
	return nil, Errorf(CodeNotFound, "no session has the internal id %.40q; /admin/sessions lists those there are", id)
}

// totals are the server's sums. The caller holds mu.
func (o *Orchestrator) totals() Totals {
	t := Totals{
		Sessions: len(o.sessions), States: map[State]int{}, Places: o.cfg.Limits.MaxSessions, Held: o.held,
		Spares: len(o.pool.spares), SparesKept: o.cfg.Limits.WarmSandboxes, Since: o.counts.Since,
	}
	for _, state := range []State{StateNew, StateStarting, StateIdle, StateBusy, StateStopped} {
		t.States[state] = 0
	}
	for _, s := range o.sessions {
		t.States[s.state()]++
	}
	return t
}

// inspection tells what is known by now. The caller holds mu.
func (o *Orchestrator) inspection(s *session, now time.Time) Inspection {
	limits := o.cfg.Limits.Sandbox
	i := Inspection{
		ID: s.internalID(), Owner: s.ref.Owner, SessionID: s.ref.ID, State: s.state(),
		Created: s.created, Age: now.Sub(s.created).Seconds(), Used: s.used, Idle: now.Sub(s.used).Seconds(),
		Queued: s.queued(), Executions: s.tally, LastDeath: s.death, Unknown: []string{},
		Memory: MemoryUse{Limit: limits.Memory}, CPU: CPUUse{Limit: limits.CPUs},
		Pids: PidsUse{Limit: limits.Pids}, Disk: DiskUse{Limit: limits.Disk},
	}
	if x := s.running; x != nil {
		a := x.activity(now)
		i.Running, i.Idle = &a, 0
	}
	switch {
	case s.kernel != nil:
		s.gauges.tellSandbox(&i, now)
	case s.starting:
		i.Unknown = append(i.Unknown, "memory, cpu, pids: the sandbox is being started")
	}
	if s.claim.SandboxID != "" {
		s.gauges.tellDisk(&i, now)
	}
	return i
}

// internalID is the session's sandbox's, or what stands for it as long as there
// is none.
func (s *session) internalID() string { return cmp.Or(s.claim.SandboxID, s.handle) }

// queued counts the calls that wait for their turn.
func (s *session) queued() int { return max(0, s.line.waiting()-1) }

// activity is the execution as an administrator may see it. The caller holds mu.
func (x *execution) activity(now time.Time) Activity {
	return Activity{
		ID: x.ID, Op: x.run.Op, Job: x.Job, Status: x.Status, Queued: x.Queued,
		Started: known(x.Started), Ended: known(x.Ended), Seconds: x.Elapsed(now).Seconds(), Timeout: x.Timeout.Seconds(),
	}
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
