package orchestrator

import (
	"context"
	"strings"

	"power-interpreter/internal/workspace"
)

// Load reads a file into a DataFrame; see Service.
func (o *Orchestrator) Load(ctx context.Context, ref Ref, load Load) (Dataset, error) {
	rel, err := workspace.ResolveName(ref.ID, load.File)
	if err != nil {
		return Dataset{}, fileError(err)
	}
	load.File = rel
	out, err := o.operate(ctx, ref, Run{Op: OpLoad, Load: load, Timeout: load.Timeout}, CodeDataset)
	if err != nil {
		return Dataset{}, err
	}
	return *out.Dataset, nil
}

// Query runs SQL; see Service.
func (o *Orchestrator) Query(ctx context.Context, ref Ref, query Query) (Table, error) {
	if query.Limit < 1 || query.Limit > MaxRows || query.Offset < 0 {
		return Table{}, Errorf(CodeInvalid, "limit must be between 1 and %d and offset at least 0; got %d and %d", MaxRows, query.Limit, query.Offset)
	}
	out, err := o.operate(ctx, ref, Run{Op: OpQuery, Query: query, Timeout: query.Timeout}, CodeSQL)
	if err != nil {
		return Table{}, err
	}
	for _, f := range out.Reply.Files {
		if f.Path != out.Table.File && !strings.HasPrefix(f.Path, spillFolder) {
			out.Table.Written = append(out.Table.Written, f)
		}
	}
	return *out.Table, nil
}

// spillFolder is where a query puts what does not fit into its memory: no
// file of the caller's.
const spillFolder = ".duckdb/"

// Datasets lists the session's DataFrames; see Service. It starts no kernel and
// never waits for one that is busy.
func (o *Orchestrator) Datasets(ctx context.Context, ref Ref) (Datasets, error) {
	s, err := o.lookup(ref)
	if err != nil || s == nil {
		return Datasets{}, err
	}
	t := s.line.joinFree()
	if t == nil {
		return Datasets{Items: o.knownDatasets(s), Stale: true}, nil
	}
	if k, err := o.current(s); k == nil || err != nil {
		t.leave()
		return Datasets{}, err
	}
	run := Run{Op: OpDatasets, Timeout: DefaultTimeout}
	x, err := o.enter(s, t, run, false, nil)
	if err != nil {
		return Datasets{}, err
	}
	out, err := o.outcomeOf(ctx, x, CodeDataset)
	return Datasets{Items: out.Datasets}, err
}

// operate runs an operation in turn and returns its outcome when it completed.
func (o *Orchestrator) operate(ctx context.Context, ref Ref, run Run, code Code) (Outcome, error) {
	if run.Timeout == 0 {
		run.Timeout = DefaultTimeout
	}
	if err := checkTimeout(run.Timeout, MaxTimeout); err != nil {
		return Outcome{}, err
	}
	x, err := o.admit(ctx, ref, run, false, nil)
	if err != nil {
		return Outcome{}, err
	}
	return o.outcomeOf(ctx, x, code)
}

// outcomeOf waits for an operation's end. Nothing of it outlives its caller.
func (o *Orchestrator) outcomeOf(ctx context.Context, x *execution, code Code) (Outcome, error) {
	select {
	case <-x.done:
	case <-ctx.Done():
		o.interrupt(x)
		<-x.done
	}
	o.mu.Lock()
	out, failed, ended := x.outcome, x.err, x.Status.Ended()
	out.Reply.Files = x.Reply.Files // those that are there
	x.outcome = Outcome{}           // a large table is the caller's alone
	o.mu.Unlock()
	if failed != nil {
		return Outcome{}, failed
	}
	if !ended {
		return Outcome{}, errClosing()
	}
	return out, operationError(out, x.run, code)
}

// operationError says why an operation did not complete, nil if it did.
func operationError(out Outcome, run Run, code Code) error {
	what := map[Op]string{OpLoad: "loading", OpQuery: "the query", OpDatasets: "the listing"}[run.Op]
	switch {
	case out.Reply.Death != nil && out.Status != StatusTimeout:
		return Errorf(CodeKernel, "%s ended with the kernel: %s; variables are lost, files are kept, and the next call works", what, out.Reply.Death)
	case out.Status == StatusTimeout:
		kept := "variables are kept"
		if out.Reply.Death != nil {
			kept = "it would not stop, so the kernel was restarted: variables are lost, files are kept"
		}
		return Errorf(CodeTimeout, "%s took longer than %s and was stopped (%s); for longer work use submit_job with the same in Python (pandas, or duckdb.sql(...))", what, seconds(run.Timeout), kept)
	case out.Status == StatusCancelled:
		return Errorf(CodeCancelled, "%s was cancelled; variables are kept", what)
	case out.Status == StatusFailed && out.Reply.Failure != nil:
		f := out.Reply.Failure
		if f.Hint != "" {
			return Errorf(code, "%s\n%s", f.Message, f.Hint)
		}
		return Errorf(code, "%s", f.Message)
	case out.Status != StatusCompleted:
		return Errorf(CodeInternal, "%s failed and nothing is known of why; try again", what)
	}
	return nil
}
