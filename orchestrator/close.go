package orchestrator

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"
)

// runGrace is how long Close waits for running cells before it leaves them to
// the next run of this program.
const runGrace = 3 * time.Second

// Close refuses new calls, gives running ones a grace, removes the spares and
// leaves claimed sandboxes, with what runs in them, to be adopted. It returns
// when every goroutine of this package has ended.
func (o *Orchestrator) Close() error {
	kernels, spares, running := o.beginClose()
	o.waitFor(running)
	for _, s := range spares {
		o.discardSpare(s)
	}
	for _, k := range kernels {
		_ = k.Close() // the stream only; the sandbox lives on
	}
	o.end()
	o.owned.Wait()
	o.dropAllParts(time.Now().Add(partTime)) // all
	return nil
}

// StopIdle stops the sandboxes of sessions in which nothing runs or waits;
// their files are kept. It is for a server that nobody may start again soon.
func (o *Orchestrator) StopIdle() {
	o.mu.Lock()
	var all []*session
	for _, s := range o.sessions {
		all = append(all, s)
	}
	o.mu.Unlock()
	for _, s := range all {
		o.stopIdle(s, fmt.Sprintf("the server stopped the sandbox of session %q: its files are kept, its variables are gone", s.ref.ID))
	}
}

// Purge closes the orchestrator and removes everything of every session:
// sandboxes, files, claims.
func (o *Orchestrator) Purge() error {
	var errs *multierror.Error
	sessions, _ := o.Sessions(context.Background(), "")
	for _, s := range sessions {
		if err := o.Delete(context.Background(), s.Ref); err != nil {
			errs = multierror.Append(errs, err)
		}
	}
	o.removeHalfMade()
	if len(o.knownStrays()) > 0 {
		o.removeStrays()
	}
	errs = multierror.Append(errs, o.Close())
	if left := len(o.knownStrays()); left > 0 {
		errs = multierror.Append(errs, Errorf(CodeUnavailable, "the engine could not remove %d sandboxes: try again when it can", left))
	}
	return errs.ErrorOrNil()
}

func (o *Orchestrator) beginClose() (kernels []Kernel, spares []spare, running []*execution) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closing = true
	for _, s := range o.sessions {
		if s.kernel != nil {
			kernels = append(kernels, s.kernel)
		}
	}
	for _, x := range o.order {
		switch {
		case x.Status == StatusRunning && !x.Job:
			running = append(running, x)
		case x.Status == StatusQueued && !x.stopping:
			x.stopping = true
			close(x.stop)
		}
	}
	spares, o.pool.spares = o.pool.spares, nil
	return kernels, spares, running
}

func (o *Orchestrator) waitFor(running []*execution) {
	grace := time.NewTimer(runGrace)
	defer grace.Stop()
	for _, x := range running {
		select {
		case <-x.done:
		case <-grace.C:
			return
		}
	}
}

func (o *Orchestrator) isClosing() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing
}
