package runner

import (
	"context"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// run is the execution under way. Its sink is called by the reading goroutine only.
type run struct {
	id     string
	op     orchestrator.Op
	sink   orchestrator.Sink
	result chan ending // one is kept
	chars  int         // characters of output delivered
	charts int
}

// ending is what a run's result says.
type ending struct {
	outcome orchestrator.Outcome
	err     error // the runner is broken
}

// Run hands the operation to the kernel and returns its outcome. A ctx that
// ends abandons the run: the caller then removes the sandbox.
func (k *Kernel) Run(ctx context.Context, op orchestrator.Run, sink orchestrator.Sink) (orchestrator.Outcome, error) {
	r, err := k.begin(op.ID, op.Op, sink)
	if err != nil {
		return orchestrator.Outcome{}, err
	}
	defer k.end(r)
	if err := k.out.Write(wire.New(wire.KindRun, op.ID, command(op))); err != nil {
		return orchestrator.Outcome{}, gone(err)
	}
	if k.interruptedEarly(op.ID) {
		if err := k.Interrupt(op.ID, orchestrator.StatusCancelled); err != nil {
			return orchestrator.Outcome{}, err
		}
	}
	return k.await(ctx, r)
}

// interruptedEarly says whether the run was interrupted before its frame was
// sent: the runner, which did not know it yet, has ignored that.
func (k *Kernel) interruptedEarly(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.early == id
}

// Resume waits for an execution that Info named, started in an earlier
// conversation. All of its events are delivered again; what an operation other
// than a cell gave back is not, for who asked for it has gone.
func (k *Kernel) Resume(ctx context.Context, id string, sink orchestrator.Sink) (orchestrator.Outcome, error) {
	k.mu.Lock()
	r := k.past[id]
	k.mu.Unlock()
	if r == nil {
		return orchestrator.Outcome{}, gone(nil)
	}
	defer func() {
		k.mu.Lock()
		delete(k.past, id)
		k.mu.Unlock()
	}()
	if early, held := r.sink.(*recorder); held {
		early.attach(sink)
	}
	return k.await(ctx, r)
}

func (k *Kernel) begin(id string, op orchestrator.Op, sink orchestrator.Sink) (*run, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.run != nil {
		return nil, orchestrator.Errorf(orchestrator.CodeInternal, "the session's kernel is taken; try again")
	}
	k.run = newRun(id, op, sink)
	return k.run, nil
}

// remember expects events of executions of an earlier conversation.
func (k *Kernel) remember(ids ...string) {
	for _, id := range ids {
		if id != "" {
			k.past[id] = newRun(id, orchestrator.OpCell, &recorder{left: &k.recordable})
		}
	}
}

func newRun(id string, op orchestrator.Op, sink orchestrator.Sink) *run {
	return &run{id: id, op: op, sink: sink, result: make(chan ending, 1)}
}

func (k *Kernel) end(r *run) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.run == r {
		k.run = nil
	}
}

func (k *Kernel) await(ctx context.Context, r *run) (orchestrator.Outcome, error) {
	select {
	case e := <-r.result:
		return e.outcome, e.err
	case <-k.done:
		select { // the result may have been the last thing said
		case e := <-r.result:
			return e.outcome, e.err
		default:
			return orchestrator.Outcome{}, gone(nil)
		}
	case <-ctx.Done():
		return orchestrator.Outcome{}, orchestrator.Hide(orchestrator.CodeKernel, context.Cause(ctx),
			"the sandbox stopped answering and was removed; its variables are lost, its files are kept: run the code again")
	}
}

// Interrupt stops the execution with that status; its Run returns.
func (k *Kernel) Interrupt(id string, status orchestrator.Status) error {
	k.mu.Lock()
	k.early = id
	k.mu.Unlock()
	reason := wire.StatusCancelled
	if status == orchestrator.StatusTimeout {
		reason = wire.StatusTimeout
	}
	if err := k.out.Write(wire.New(wire.KindInterrupt, id, wire.Interrupt{Reason: reason})); err != nil {
		return gone(err)
	}
	return nil
}

func command(op orchestrator.Run) wire.Run {
	r := wire.Run{
		Op:        wire.Op(op.Op),
		TimeoutMS: op.Timeout.Milliseconds(),
		GraceMS:   orchestrator.InterruptGrace.Milliseconds(),
	}
	switch op.Op {
	case orchestrator.OpCell:
		r.Args = wire.Cell{Code: op.Code}.JSON()
	case orchestrator.OpLoad:
		r.Args = marshal(wire.Load{File: op.Load.File, Name: op.Load.Name, Sheet: op.Load.Sheet, Delimiter: op.Load.Delimiter})
	case orchestrator.OpQuery:
		r.Args = marshal(wire.Query{SQL: op.Query.SQL, Limit: op.Query.Limit, Offset: op.Query.Offset})
	}
	return r
}
