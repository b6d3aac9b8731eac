package orchestrator

import (
	"context"
	"fmt"
	"time"
)

// A job is an execution that nobody waits for: submitted so, or detached from
// a caller whose patience or connection ended.

// Bounds on the executions kept for look-ups; the oldest ended go first.
const (
	maxExecutionsKept = 1000
	// maxReplyBytesKept bounds their charts and text in memory, in bytes.
	maxReplyBytesKept = 256 << 20
)

// Execute runs a cell; see Service.
func (o *Orchestrator) Execute(ctx context.Context, ref Ref, cell Cell, watch func(Output)) (Execution, error) {
	run, err := o.cellRun(cell, DefaultTimeout, MaxTimeout)
	if err != nil {
		return Execution{}, err
	}
	x, err := o.admit(ref, run, false, watch)
	if err != nil {
		return Execution{}, err
	}
	return o.await(ctx, x, cell.Detach)
}

// Submit queues a cell as a job; see Service.
func (o *Orchestrator) Submit(_ context.Context, ref Ref, cell Cell) (Execution, error) {
	run, err := o.cellRun(cell, DefaultJobTimeout, o.cfg.Limits.JobTimeoutMax)
	if err != nil {
		return Execution{}, err
	}
	x, err := o.admit(ref, run, true, nil)
	if err != nil {
		return Execution{}, err
	}
	return o.snapshot(x), nil
}

func (o *Orchestrator) cellRun(cell Cell, usual, most time.Duration) (Run, error) {
	timeout := cell.Timeout
	if timeout == 0 {
		timeout = min(usual, most)
	}
	if timeout < MinTimeout || timeout > most {
		return Run{}, Errorf(CodeInvalid, "timeout must be between %v and %v seconds; got %v", MinTimeout.Seconds(), most.Seconds(), timeout.Seconds())
	}
	if cell.Code == "" {
		return Run{}, Errorf(CodeInvalid, "code is empty; send the Python to run")
	}
	if len(cell.Code) > MaxCode {
		return Run{}, Errorf(CodeTooLarge, "code is %d bytes; at most %d are taken: upload_file the data or script and read it from code", len(cell.Code), MaxCode)
	}
	return Run{Op: OpCell, Code: cell.Code, Timeout: timeout}, nil
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
		return o.detach(x, ""), nil
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
	if notice != "" {
		o.notify(x.session, notice)
	}
	o.mu.Unlock()
	return o.snapshot(x)
}

// Job returns an execution of the owner.
func (o *Orchestrator) Job(_ context.Context, owner, id string) (Execution, error) {
	x, err := o.find(owner, id)
	if err != nil {
		return Execution{}, err
	}
	return o.snapshot(x), nil
}

// CancelJob stops an execution of the owner and returns it when it has ended.
func (o *Orchestrator) CancelJob(ctx context.Context, owner, id string) (Execution, error) {
	x, err := o.find(owner, id)
	if err != nil {
		return Execution{}, err
	}
	o.interrupt(x)
	select {
	case <-x.done:
		return o.snapshot(x), nil
	case <-ctx.Done():
		return o.snapshot(x), Hide(CodeCancelled, ctx.Err(), "job %s is being cancelled; get_job_status tells when it has ended", id)
	}
}

func (o *Orchestrator) find(owner, id string) (*execution, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x := o.executions[id]
	if x == nil || x.Session.Owner != owner || x.run.Op != OpCell {
		return nil, Errorf(CodeNotFound, "no job %.40q; a job_id is the 8 hex digits that submit_job answered, and results are kept for %v", id, o.cfg.Limits.Retention)
	}
	return x, nil
}

// forgetExecutions drops the oldest ended ones beyond the bounds, those older
// than the retention and those of deleted sessions. The caller holds mu.
func (o *Orchestrator) forgetExecutions() {
	kept := o.order[:0]
	excess := len(o.order) - maxExecutionsKept
	for _, x := range o.order {
		old := time.Since(x.Ended) > o.cfg.Limits.Retention || x.session.deleted
		if x.Status.Ended() && (old || excess > 0 || o.keptBytes > maxReplyBytesKept) {
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
