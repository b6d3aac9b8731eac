package orchestrator

import (
	"context"
	"fmt"
	"time"
)

// A job is an execution that nobody waits for: submitted so, or detached from
// a caller whose patience or connection ended.

// Bounds on the ended executions kept for look-ups; the oldest go first.
const (
	// In memory, those that are asked for soon.
	maxInMemory      = 200
	maxBytesInMemory = 32 << 20
	// forgetAtOnce is how many too many are forgotten in one go: to look through
	// all of them costs each call's end less so.
	forgetAtOnce = 100
	// In the store: jobs, for whom somebody comes back, and the others.
	maxJobsKept   = 1000
	maxOthersKept = 500
	maxBytesKept  = 512 << 20
)

// Execute runs a cell; see Service.
func (o *Orchestrator) Execute(ctx context.Context, ref Ref, cell Cell, watch func(Output)) (Execution, error) {
	run, err := o.cellRun(cell, DefaultTimeout, MaxTimeout)
	if err != nil {
		return Execution{}, err
	}
	x, err := o.admit(ctx, ref, run, false, watch)
	if err != nil {
		return Execution{}, err
	}
	return o.await(ctx, x, cell.Detach)
}

// Submit queues a cell as a job; see Service.
func (o *Orchestrator) Submit(ctx context.Context, ref Ref, cell Cell) (Execution, error) {
	run, err := o.cellRun(cell, DefaultJobTimeout, o.cfg.Limits.JobTimeoutMax)
	if err != nil {
		return Execution{}, err
	}
	x, err := o.admit(ctx, ref, run, true, nil)
	if err != nil {
		return Execution{}, err
	}
	// An id that was told is an id that is known, whatever happens then.
	if err := o.written(ctx); err != nil {
		o.interrupt(x)
		return Execution{}, err
	}
	return o.snapshot(x), nil
}

func (o *Orchestrator) cellRun(cell Cell, usual, most time.Duration) (Run, error) {
	timeout := cell.Timeout
	if timeout == 0 {
		timeout = min(usual, most)
	}
	if err := checkTimeout(timeout, most); err != nil {
		return Run{}, err
	}
	if cell.Code == "" {
		return Run{}, Errorf(CodeInvalid, "code is empty; send the Python to run")
	}
	if len(cell.Code) > MaxCode {
		return Run{}, Errorf(CodeTooLarge, "code is %d bytes; at most %d are taken: upload_file the data or script and read it from code", len(cell.Code), MaxCode)
	}
	return Run{Op: OpCell, Code: cell.Code, Timeout: timeout}, nil
}

func checkTimeout(timeout, most time.Duration) error {
	if timeout < MinTimeout || timeout > most {
		return Errorf(CodeInvalid, "timeout must be between %v and %v seconds; got %v", MinTimeout.Seconds(), most.Seconds(), timeout.Seconds())
	}
	return nil
}

// await waits for the end as far as the caller's patience and context go.
func (o *Orchestrator) await(ctx context.Context, x *execution, patience time.Duration) (Execution, error) {
	var over <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-x.done:
	case <-over:
		e := o.detach(x, "")
		// It is told as a job's id, so it is to be known after a restart. When it
		// cannot be written, it goes on all the same, and the ledger tries again.
		_ = o.written(ctx)
		return e, nil
	case <-ctx.Done():
		if context.Cause(ctx) != ErrCancelled {
			e := o.detach(x, fmt.Sprintf("a call's connection ended while its code ran; it went on as job %s: get_job_result has its reply", x.ID))
			return e, Hide(CodeCancelled, ctx.Err(), "the connection ended; the code goes on as job %s", x.ID)
		}
		o.interrupt(x)
		<-x.done
	}
	return o.snapshot(x), failureOf(x)
}

// failureOf is why an ended execution could not run. A nil *Error must not
// become a non-nil error.
func failureOf(x *execution) error {
	if x.err == nil {
		return nil
	}
	return x.err
}

// detach makes a job of it. An end that came meanwhile stays what it is.
func (o *Orchestrator) detach(x *execution, notice string) Execution {
	o.mu.Lock()
	x.Job, x.Detached, x.watch = true, true, nil
	o.note(x)
	if notice != "" {
		o.notify(x.session, notice)
	}
	o.mu.Unlock()
	return o.snapshot(x)
}

// Job returns an execution of the owner.
func (o *Orchestrator) Job(ctx context.Context, owner, id string) (Execution, error) {
	if x := o.find(owner, id); x != nil {
		return o.snapshot(x), nil
	}
	r, found, err := o.cfg.Store.Execution(ctx, owner, id)
	if err != nil {
		return Execution{}, err
	}
	if !found || r.Op != OpCell {
		return Execution{}, Errorf(CodeNotFound, "no job %.40q; a job_id is the 8 hex digits that submit_job answered, and results are kept for %v", id, o.cfg.Limits.Retention)
	}
	return r.Execution, nil
}

// CancelJob stops an execution of the owner and returns it when it has ended.
func (o *Orchestrator) CancelJob(ctx context.Context, owner, id string) (Execution, error) {
	x := o.find(owner, id)
	if x == nil { // ended long ago, if it ever was
		return o.Job(ctx, owner, id)
	}
	o.interrupt(x)
	select {
	case <-x.done:
		return o.snapshot(x), nil
	case <-ctx.Done():
		return o.snapshot(x), Hide(CodeCancelled, ctx.Err(), "job %s is being cancelled; get_job_status tells when it has ended", id)
	}
}

// find returns an execution of the owner that is in memory, nil for none.
func (o *Orchestrator) find(owner, id string) *execution {
	o.mu.Lock()
	defer o.mu.Unlock()
	x := o.executions[id]
	if x == nil || x.Session.Owner != owner || x.run.Op != OpCell {
		return nil
	}
	return x
}

// forgetExecutions drops from memory the oldest ended ones beyond the bounds,
// those older than the retention and those of deleted sessions. What the store
// does not have yet stays, up to what it may have. The caller holds mu.
func (o *Orchestrator) forgetExecutions() {
	kept := o.order[:0]
	excess := len(o.order) - maxInMemory
	for _, x := range o.order {
		old := time.Since(x.Ended) > o.cfg.Limits.Retention || x.session.deleted
		tooMany := x.written && (excess > 0 || o.keptBytes > maxBytesInMemory) ||
			excess > maxJobsKept || o.keptBytes > maxBytesKept
		if x.Status.Ended() && (old || tooMany) {
			excess--
			o.keptBytes -= x.size()
			delete(o.executions, x.ID)
			continue
		}
		kept = append(kept, x)
	}
	clear(o.order[len(kept):])
	o.order = kept
}

func (x *execution) size() int {
	n := len(x.output) + len(x.Reply.Value) + len(x.Reply.Tail) + len(x.run.Code) + len(x.Reply.Late.Text) + len(x.Reply.Late.Live)
	if f := x.Reply.Failure; f != nil {
		n += len(f.Message) + len(f.Traceback)
	}
	for _, f := range x.Reply.Files {
		n += len(f.Path) + len(f.From)
	}
	for _, name := range x.Reply.Deleted {
		n += len(name)
	}
	for _, c := range x.Reply.Charts {
		n += len(c.PNG) + len(c.File) + len(c.Alt)
	}
	return n
}
