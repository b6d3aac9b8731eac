package orchestrator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// execution is one under way or kept. All of it is guarded by Orchestrator.mu
// but the channels and what is set before it is shared.
type execution struct {
	Execution
	run     Run
	session *session
	ticket  *ticket
	watch   func(Output)
	output  []byte
	live    Output  // its Text is in output
	outcome Outcome // of a load, a query or a listing; kept until its caller has it
	err     *Error  // why it could not run, or not to its end

	from    Kernel // whose runner keeps its events until they are written, nil for none
	seq     uint64 // of its result
	written bool   // the store has its end

	stopping bool
	stop     chan struct{} // closed to give up waiting
	done     chan struct{} // closed at its end
	abandon  context.CancelCauseFunc
}

// admit takes an execution's place in line and starts it on its way.
func (o *Orchestrator) admit(ctx context.Context, ref Ref, run Run, job bool, watch func(Output)) (*execution, error) {
	s, err := o.session(ref)
	if err != nil {
		return nil, err
	}
	t := s.line.join(true)
	if t == nil {
		return nil, lineFull(s)
	}
	x, err := o.enter(s, t, run, job, watch)
	switch {
	case err != nil:
		return nil, err
	case run.Op == OpCell:
		admitted(ctx, x.ID)
	default: // nobody can ask for another
		admitted(ctx, "")
	}
	return x, nil
}

// enter registers an execution that has its place in line, and starts it on
// its way; it leaves the place when that cannot be.
func (o *Orchestrator) enter(s *session, t *ticket, run Run, job bool, watch func(Output)) (*execution, error) {
	x := newExecution(s, run)
	x.Job, x.watch, x.ticket = job, watch, t
	if err := o.register(x); err != nil {
		x.ticket.leave()
		return nil, err
	}
	go func() {
		defer o.owned.Done()
		o.conduct(x)
	}()
	return x, nil
}

func newExecution(s *session, run Run) *execution {
	return &execution{
		Execution: Execution{ID: run.ID, Session: s.ref, Status: StatusQueued, Queued: time.Now(), Timeout: run.Timeout},
		run:       run, session: s, stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// register gives the execution an id that no other has, and counts the
// goroutine that conducts it, unless the orchestrator is closing.
func (o *Orchestrator) register(x *execution) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing {
		return errClosing()
	}
	o.owned.Add(1)
	for x.ID == "" || o.executions[x.ID] != nil || o.ids[x.ID] {
		x.ID = randomHex(4)
	}
	x.run.ID = x.ID
	o.keep(x)
	return nil
}

// keep has it found by its id, and written. The caller holds mu.
func (o *Orchestrator) keep(x *execution) {
	o.executions[x.ID] = x
	o.order = append(o.order, x)
	o.note(x)
}

// conduct takes an execution from its place in line to its end.
func (o *Orchestrator) conduct(x *execution) {
	defer close(x.done)
	defer x.ticket.leave()
	if !x.ticket.wait(x.stop) {
		if o.isPostponed(x) {
			return
		}
		o.finish(x, Outcome{Status: StatusCancelled}, nil)
		return
	}
	k, err := o.ready(x.session)
	if err != nil {
		o.log.Warn("no sandbox for code", "session_id", x.Session.ID, "execution_id", x.ID, "error", err, "cause", AsError(err).Err)
		o.finish(x, Outcome{Status: StatusFailed}, err)
		return
	}
	ctx, ok := o.begin(x)
	if !ok {
		o.finish(x, Outcome{Status: StatusCancelled}, nil)
		return
	}
	if o.isJob(x) {
		// A start that finds it queued may then run it: it cannot have begun. A
		// record that cannot be written keeps no job from running.
		_ = o.written(ctx)
	}
	outcome, err := k.Run(ctx, x.run, sink{o, x})
	o.conclude(x, k, outcome, err)
}

func (o *Orchestrator) isJob(x *execution) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return x.Job
}

// conclude records a run's end. A kernel that failed us is of no more use.
func (o *Orchestrator) conclude(x *execution, k Kernel, outcome Outcome, err error) {
	x.abandon(nil)
	if err == nil {
		o.mu.Lock()
		x.from, x.seq = k, outcome.Seq
		o.mu.Unlock()
		o.finish(x, outcome, nil)
		return
	}
	if o.isClosing() {
		return // the sandbox goes on; the next run of this program adopts it
	}
	o.log.Warn("sandbox lost", "session_id", x.Session.ID, "execution_id", x.ID, "error", AsError(err).Err)
	o.discard(x.session, k)
	o.finish(x, Outcome{Status: StatusFailed, Reply: Reply{Death: &Death{Cause: CauseGone}}}, nil)
}

// begin marks it as running, unless it was given up meanwhile. The context is
// the host's own clock: no result by the timeout and all graces, and the
// sandbox is removed, whatever the runner says.
func (o *Orchestrator) begin(x *execution) (context.Context, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if x.stopping || x.session.deleted {
		return nil, false
	}
	ctx, abandon := context.WithCancelCause(o.life)
	clock := time.AfterFunc(x.run.Timeout+2*InterruptGrace+hostGrace, func() { abandon(context.DeadlineExceeded) })
	x.abandon = func(cause error) { clock.Stop(); abandon(cause) }
	x.Status, x.Started = StatusRunning, time.Now()
	o.counts.Waits.observe(x.Started.Sub(x.Queued))
	x.session.running = x
	o.note(x)
	return ctx, true
}

// isPostponed says whether a job that waits is left to the next run of this
// program, which finds it in the store.
func (o *Orchestrator) isPostponed(x *execution) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing && x.Job && !x.session.deleted
}

// finish records the end. It is called once for each execution.
func (o *Orchestrator) finish(x *execution, outcome Outcome, err error) {
	files, deleted := o.verify(x, outcome.Reply)
	o.mu.Lock()
	defer o.mu.Unlock()
	charts := x.Reply.Charts
	x.Reply = outcome.Reply
	x.Reply.Charts, x.Reply.Files, x.Reply.Deleted = charts, files, deleted
	if d := x.Reply.Death; d != nil && d.Cause == CauseGone { // and nobody tells the end of the output
		x.Reply.Tail, x.Reply.Cut = x.live.Live, x.live.Skipped
	}
	x.Status, x.Ended = outcome.Status, time.Now()
	if x.run.Op != OpCell { // a cell's is its reply
		x.outcome = outcome
	}
	if x.stopping && outcome.Reply.Death != nil && outcome.Reply.Death.Cause == CauseGone {
		x.Status = StatusCancelled
	}
	x.watch, x.live = nil, Output{}
	s := x.session
	s.learn(x.run, outcome)
	o.noteUse(s)
	o.note(x)
	if s.running == x {
		s.running, s.brought = nil, nil
	}
	if err != nil {
		x.err = AsError(err)
		x.Reply.Failure = &Failure{Name: string(x.err.Code), Message: x.err.Message}
	}
	if s.deleted {
		x.Status, x.err = StatusCancelled, errDeleted(s)
	}
	if d := x.Reply.Death; d != nil && d.Cause != CauseReset && x.Job {
		o.notify(s, fmt.Sprintf("job %s ended with the kernel of session %q (%s): its variables are lost, its files are kept", x.ID, s.ref.ID, d))
	}
	o.count(x)
	if o.keptBytes += x.size(); len(o.order) > maxInMemory+forgetAtOnce || o.keptBytes > maxBytesInMemory {
		o.forgetExecutions()
	}
}

// sink takes what a run gives on its way.
type sink struct {
	o *Orchestrator
	x *execution
}

func (s sink) Output(out Output) {
	s.o.mu.Lock()
	if s.x.Status.Ended() {
		s.o.mu.Unlock()
		return
	}
	s.x.output = append(s.x.output, out.Text...)
	s.x.live = out
	watch := s.x.watch
	s.o.mu.Unlock()
	if watch != nil {
		watch(out)
	}
}

func (s sink) Chart(c Chart) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	if s.x.Status.Ended() {
		return
	}
	s.x.Reply.Charts = append(s.x.Reply.Charts, c)
}

// snapshot copies the execution as a caller may keep it.
func (o *Orchestrator) snapshot(x *execution) Execution {
	o.mu.Lock()
	defer o.mu.Unlock()
	return x.snapshot()
}

func (x *execution) snapshot() Execution {
	e := x.Execution
	e.Reply.Output = string(x.output)
	if x.live.Live != "" { // of one that runs
		e.Reply.Tail, e.Reply.Cut = x.live.Live, x.live.Skipped
	}
	e.Reply.Charts = append([]Chart(nil), x.Reply.Charts...)
	return e
}

// interrupt stops an execution: at once if it waits, by a signal if it runs.
// It returns without waiting for the end.
func (o *Orchestrator) interrupt(x *execution) {
	o.mu.Lock()
	if x.stopping || x.Status.Ended() {
		o.mu.Unlock()
		return
	}
	x.stopping = true
	k, runs, abandon := x.session.kernel, x.Status == StatusRunning, x.abandon
	o.mu.Unlock()
	close(x.stop)
	if !runs || k == nil {
		return
	}
	if err := k.Interrupt(x.ID, StatusCancelled); err != nil {
		o.log.Warn("interrupt failed", "execution_id", x.ID, "error", err)
	}
	// It is harmless when the execution has ended by then.
	time.AfterFunc(2*InterruptGrace+hostGrace, func() { abandon(fmt.Errorf("no answer to an interrupt")) })
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b)
}
