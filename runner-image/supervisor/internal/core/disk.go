package core

import (
	"fmt"
	"time"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/disk"
)

const (
	// diskTick is how often the file system is asked whether it has grown: one
	// system call. Code that writes 2 GB/s is half a gigabyte further by then.
	diskTick = 250 * time.Millisecond
	// diskRest is how many ticks are left out while nothing runs.
	diskRest = 8
	// weighAnyway is after how long a run is weighed although the file system has
	// not grown enough: others may have deleted as much. A folder that takes long
	// to walk is walked for a share of the time only.
	weighAnyway = time.Second
	weighShare  = 20
	// leastGrowth is worth no weighing, in bytes.
	leastGrowth = 8 << 20
	// hopeless is how many times the limit ends a run at once, without a grace,
	// and shut how many times it ends all running of code: what is told, run after
	// run, and written on nevertheless comes to an end there.
	hopeless = 2
	shut     = 3
	// mostReckoning is how long a result waits for its run to be weighed.
	mostReckoning = time.Second
)

// outgrown is why a run was stopped whose session's files exceed their limit.
const outgrown wire.Status = "outgrown"

// scale weighs the session's files: what it takes is walked for only
// when the file system, which it may share, has grown enough since the last time.
type scale struct {
	limit    int64 // bytes, 0 for none
	ceiling  int64 // what stops a writer: the limit, or what there was before
	used     int64 // when last weighed
	held     disk.Growth
	when     time.Time     // the last weighing began
	ran      time.Time     // the last run wrote, at the latest
	cost     time.Duration // of the last weighing
	weighing bool
	ticks    int
}

// weight is what a walk has found.
type weight struct {
	used    int64
	held    disk.Growth // what the file system held when it began
	began   time.Time
	cost    time.Duration
	of      *run // what ran when it began, nil for nothing
	reckons bool // it is the first since a run's end: what the next begins with
}

// limitDisk takes the limit over, and weighs what there is.
func (c *Core) limitDisk(limit int64) {
	s := &c.scale
	s.limit, s.ceiling = limit, max(limit, s.ceiling)
	if limit == 0 || c.root == nil || s.weighing {
		return
	}
	if held, ok := disk.Held(c.session.Folder); ok {
		c.weigh(held)
	}
}

// watchDisk looks, for ever, whether it is time to weigh.
func (c *Core) watchDisk() {
	c.after(diskTick, c.watchDisk)
	s := &c.scale
	active := c.run != nil || s.isStale()
	if s.ticks++; !active && s.ticks%diskRest != 0 {
		return
	}
	if s.limit == 0 || s.weighing || c.root == nil {
		return
	}
	held, ok := disk.Held(c.session.Folder)
	if !ok {
		return
	}
	grown := held.Since(s.held)
	enough := max(leastGrowth, (s.ceiling-s.used)/2)
	late := active && time.Since(s.when) > max(weighAnyway, weighShare*s.cost)
	if grown > enough || late {
		c.weigh(held)
	}
}

// walk returns what walks the folder, on any goroutine.
func (c *Core) walk(held disk.Growth, reckons bool) func() weight {
	c.scale.weighing = true
	root, most, of := c.root, shut*c.scale.ceiling, c.run
	return func() weight {
		w := weight{held: held, began: time.Now(), of: of, reckons: reckons}
		w.used = disk.Used(root, most, c.table.Ours)
		w.cost = time.Since(w.began)
		return w
	}
}

// weigh walks the folder, on a goroutine of its own.
func (c *Core) weigh(held disk.Growth) {
	walk := c.walk(held, c.run == nil && c.scale.isStale())
	go func() {
		w := walk()
		c.post(func() { c.weighed(w) })
	}()
}

// reckoning returns what weighs the session's files at the end of a run that may
// have outgrown its disk since it was last looked at: a quick one is over before.
// It returns when the core knows, or when that takes too long.
func (c *Core) reckoning() func() {
	s := &c.scale
	if s.limit == 0 || c.root == nil {
		return func() {}
	}
	held, ok := disk.Held(c.session.Folder)
	grown := held.Since(s.held)
	if !ok || grown == 0 || s.used+grown <= s.limit {
		return func() {}
	}
	walk := c.walk(held, true)
	return func() {
		done := make(chan struct{})
		go func() {
			w := walk()
			c.post(func() { c.weighed(w) })
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(mostReckoning):
		}
	}
}

// weighed takes what a walk has found. Only what ran from its begin to now is to
// blame for it.
func (c *Core) weighed(w weight) {
	s := &c.scale
	s.weighing = false
	if w.began.Before(s.when) {
		return // a later one was quicker
	}
	first := s.when.IsZero()
	s.used, s.held, s.when, s.cost = w.used, w.held, w.began, w.cost
	if first { // what was there before any code ran is nobody's fault
		s.settle()
	}
	switch r, k := c.run, c.kernel; {
	case r != nil && !r.handed:
		c.dispatch()
	case r != w.of && !w.reckons:
	case r != w.of, r == nil && w.reckons && s.used <= max(s.ceiling, hopeless*s.limit):
		s.settle()
	case s.used <= s.ceiling || k == nil || k.ending:
	case r != nil && !r.answered:
		r.outgrew = s.used
		c.interrupt(r, outgrown)
		if s.used > hopeless*s.limit {
			c.bury(k, wire.Death{Cause: wire.CauseKilled})
		}
	case r == nil && k.used: // what an earlier cell has left behind writes on
		c.bury(k, c.outgrowth(s.used))
	}
}

// settleDisk sets, between two runs, what the next one may grow to: a session
// that is over its limit may still run what deletes files.
func (c *Core) settleDisk() {
	if c.scale.limit != 0 && !c.scale.when.IsZero() {
		c.scale.settle()
	}
}

func (s *scale) settle() { s.ceiling = max(s.limit, s.used) }

// isStale says whether a run has ended that was not weighed to its end.
func (s *scale) isStale() bool { return s.ran.After(s.when) }

// scaleHolds says whether a run is not to begin now: the session's files have yet
// to be weighed, which goes on with it, or are so far beyond all bounds that it is
// refused.
func (c *Core) scaleHolds(r *run) bool {
	s := &c.scale
	if s.weighing && s.when.IsZero() {
		return true
	}
	if s.limit == 0 || s.used <= shut*s.limit {
		return false
	}
	if held, ok := disk.Held(c.session.Folder); ok && !r.weighed {
		r.weighed = true
		c.weigh(held)
		return true
	}
	c.end(r, wire.Result{Status: wire.StatusError, Error: &wire.Failure{
		Name: diskFullName,
		Message: fmt.Sprintf("the session's files take %s, more than %d times the %s that they may; no code is run in it any more",
			gib(c.scale.used), shut, gib(c.scale.limit)),
		Hint: "Fetch the files that are still needed, then delete the session.",
	}}, proceeds{})
	return true
}

func (c *Core) outgrowth(used int64) wire.Death {
	return wire.Death{Cause: wire.CauseDisk, Limit: c.scale.limit, Peak: used}
}

// diskFullName is what the exception is called that a run gets for its disk's sake.
const diskFullName = "DiskFull"

// overDisk makes the result of a run that was interrupted for its disk's sake.
func (c *Core) overDisk(r *run, result wire.Result) wire.Result {
	return c.told(r, result, "the code was interrupted")
}

// judged is the result of a run that has outgrown its disk, and was at its end
// before that was seen.
func (c *Core) judged(r *run, result wire.Result) wire.Result {
	s := &c.scale
	if s.limit == 0 || s.used <= s.ceiling || r.reason != "" || result.Status != wire.StatusOK {
		return result
	}
	r.outgrew = s.used
	return c.told(r, result, "the code has run to its end, and what writes more is interrupted")
}

func (c *Core) told(r *run, result wire.Result, what string) wire.Result {
	failure := wire.Failure{
		Name:    diskFullName,
		Message: fmt.Sprintf("the session's files take %s, more than the %s that they may; %s", gib(r.outgrew), gib(c.scale.limit), what),
		Hint:    "Variables are kept. Delete files of the session, then go on.",
	}
	if result.Error != nil {
		failure.Traceback = result.Error.Traceback
	}
	result.Status, result.Error = wire.StatusError, &failure
	return result
}

func gib(n int64) string { return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30)) }
