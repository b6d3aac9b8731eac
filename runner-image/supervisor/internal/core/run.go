package core

import (
	"fmt"
	"regexp"
	"time"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/output"
)

const (
	// defaultGrace is for a run that names none.
	defaultGrace = 5 * time.Second
	// maxTimeout bounds what a run may ask for, longer than any job.
	maxTimeout = 7 * 24 * time.Hour
)

// idPattern is what an execution's id may be: it becomes part of file names.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// run is one execution, from its command to its result.
type run struct {
	id             string
	frame          wire.Frame // as the kernel gets it
	timeout, grace time.Duration

	handed   bool // to the kernel
	started  time.Time
	reason   wire.Status // why it was interrupted, empty for not
	outgrew  int64       // what the session's files take, where that is too much
	weighed  bool        // before it, for its own sake
	answered bool        // the kernel's result has come
	timers   []*time.Timer

	charts, moreCharts int
}

// accept begins an execution, or refuses it. The one that runs already is not
// begun again, so that it has one result.
func (c *Core) accept(f wire.Frame) {
	body, err := wire.Decode[wire.Run](f)
	switch {
	case c.run != nil && c.run.id == f.ID:
	case err != nil || !idPattern.MatchString(f.ID):
		c.refuse(f.ID, "bad_run", "the execution's id or its arguments are malformed", "")
	case c.run != nil:
		c.refuse(f.ID, "busy", "another execution is running in this kernel", "wait for its result")
	case c.session == nil:
		c.refuse(f.ID, "not_open", "the sandbox has no session yet", "open it first")
	default:
		c.begin(f, body)
	}
}

func (c *Core) refuse(id, name, message, hint string) {
	c.tell(wire.KindResult, id, wire.Result{
		Status:     wire.StatusError,
		Error:      &wire.Failure{Name: name, Message: message, Hint: hint},
		Generation: c.generation,
	})
}

func (c *Core) begin(f wire.Frame, body wire.Run) {
	r := &run{id: f.ID, frame: f, timeout: maxTimeout, grace: defaultGrace}
	if t := milliseconds(body.TimeoutMS); t > 0 {
		r.timeout = min(t, maxTimeout)
	}
	if g := milliseconds(body.GraceMS); g > 0 {
		r.grace = min(g, maxTimeout)
	}
	c.run = r
	if c.dispatch(); !r.handed {
		r.timers = append(r.timers, c.after(c.cfg.Patience.Start, func() { c.giveUp(r) }))
	}
}

// milliseconds is safe for numbers that a Duration cannot hold.
func milliseconds(n int64) time.Duration {
	return time.Duration(min(n, int64(maxTimeout/time.Millisecond))) * time.Millisecond
}

// giveUp ends a run that no kernel came for.
func (c *Core) giveUp(r *run) {
	if c.run != r || r.handed {
		return
	}
	c.end(r, wire.Result{Status: wire.StatusError, Error: &wire.Failure{
		Name:    "no_kernel",
		Message: fmt.Sprintf("no Python kernel was ready within %s; the code did not run", c.cfg.Patience.Start),
		Hint:    "run it again, or delete the session and begin anew",
	}}, proceeds{})
}

// dispatch hands the run that waits to the kernel that waits.
func (c *Core) dispatch() {
	k, r := c.kernel, c.run
	if k == nil || !k.waits || k.pinged != "" || k.ending || r == nil || r.handed {
		return
	}
	if c.scaleHolds(r) {
		return
	}
	k.waits, k.used = false, true
	r.handed, r.started = true, time.Now()
	c.settleDisk()
	r.stopTimers()
	r.timers = append(r.timers, c.after(r.timeout, func() { c.interrupt(r, wire.StatusTimeout) }))
	c.hand(k, r)
}

// hand gives the run to the kernel. What was written before, text and files, is
// not the run's: the kernel gets it only after that is out of the way.
func (c *Core) hand(k *kernel, r *run) {
	to := output.Run{ID: r.id, Head: c.session.OutputHead, Tail: c.session.OutputTail, Root: c.root}
	k.out.Begin(to, func() {
		c.changes.Begin(func() { k.link.Send(r.frame) })
	})
}

func (r *run) stopTimers() {
	for _, t := range r.timers {
		t.Stop()
	}
	r.timers = nil
}
