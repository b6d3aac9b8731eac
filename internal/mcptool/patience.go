package mcptool

import (
	"context"
	"errors"

	"power-interpreter/orchestrator"
)

// errImpatient is the cause of a context whose client would soon give up.
var errImpatient = errors.New("the client's patience ends")

// patient bounds a call that cannot go on as a job to what its client waits,
// its time in the queue included.
func (c *call) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.patience == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, c.patience, errImpatient)
}

// impatience says what to do instead where patience ended the call; any other
// error stays what it is.
func (c *call) impatience(ctx context.Context, err error, what, python string) error {
	if context.Cause(ctx) != errImpatient || orchestrator.AsError(err).Code != orchestrator.CodeCancelled {
		return err
	}
	return orchestrator.Hide(orchestrator.CodeTimeout, err,
		"%s took longer than %s, earlier calls on the session included, and was stopped; %s. Do it by submit_job with the same in Python (%s)",
		what, span(c.patience), allKept, python)
}
