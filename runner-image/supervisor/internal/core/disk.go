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
	// hopeless is how many times the limit ends a run at once, without a grace.
	hopeless = 2
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
	when     time.Time
	cost     time.Duration // of the last weighing
	weighing bool
	ticks    int
}

// limitDisk takes the limit over, and weighs what there is.
func (c *Core) limitDisk(limit int64) {
	s := &c.scale
	s.limit, s.ceiling = limit, max(limit, s.ceiling)
	if limit == 0 || c.root == nil || s.weighing {
		return
	}
	if held, ok := disk.Held(c.session.Folder); ok {
		if s.when.IsZero() {
			s.held = held
		}
		c.weigh(held)
	}
}

// watchDisk looks, for ever, whether it is time to weigh.
func (c *Core) watchDisk() {
	c.after(diskTick, c.watchDisk)
	s := &c.scale
	if s.ticks++; c.run == nil && s.ticks%diskRest != 0 {
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
	late := c.run != nil && time.Since(s.when) > max(weighAnyway, weighShare*s.cost)
	if grown > enough || late {
		c.weigh(held)
	}
}

// weigh walks the folder, on a goroutine of its own.
func (c *Core) weigh(held disk.Growth) {
	c.scale.weighing = true
	root, folder, most := c.root, c.session.Folder, hopeless*c.scale.ceiling
	go func() {
		began := time.Now()
		used := disk.Used(root, most, c.table.Ours)
		cost := time.Since(began)
		after, ok := disk.Held(folder)
		if !ok {
			after = held
		}
		c.post(func() {
			c.scale.cost = cost
			c.weighed(used, held, after)
		})
	}()
}

// weighed takes what was found by a walk that began when the file system held so
// much, and ended when it held what it did after.
func (c *Core) weighed(used int64, held, after disk.Growth) {
	s := &c.scale
	if s.when.IsZero() { // what was there before any code ran is nobody's fault
		s.used = used - max(0, after.Since(s.held))
		s.settle(0)
	}
	s.used, s.held, s.when, s.weighing = used, held, time.Now(), false
	switch r, k := c.run, c.kernel; {
	case used <= s.ceiling || k == nil || k.ending:
	case r != nil && r.handed && !r.answered:
		r.outgrew = used
		c.interrupt(r, outgrown)
		if used > hopeless*s.limit {
			c.bury(k, wire.Death{Cause: wire.CauseKilled})
		}
	case r == nil && k.used: // what an earlier cell has left behind writes on
		c.bury(k, c.outgrowth(used))
	}
}

// settleDisk sets, between two runs, what the next one may grow to: a session
// that is over its limit may still run what deletes files.
func (c *Core) settleDisk() {
	if c.scale.limit == 0 || c.scale.when.IsZero() {
		return
	}
	if held, ok := disk.Held(c.session.Folder); ok {
		c.scale.settle(max(0, held.Since(c.scale.held)))
	}
}

func (s *scale) settle(grown int64) { s.ceiling = max(s.limit, s.used+grown) }

func (c *Core) outgrowth(used int64) wire.Death {
	return wire.Death{Cause: wire.CauseDisk, Limit: c.scale.limit, Peak: used}
}

// overDisk makes the result of a run that was interrupted for its disk's sake.
func (c *Core) overDisk(r *run, result wire.Result) wire.Result {
	failure := wire.Failure{
		Name:    "DiskFull",
		Message: fmt.Sprintf("the session's files take %s, more than the %s that they may; the code was interrupted", gib(r.outgrew), gib(c.scale.limit)),
		Hint:    "Variables are kept. Delete files of the session, then go on.",
	}
	if result.Error != nil {
		failure.Traceback = result.Error.Traceback
	}
	result.Status, result.Error = wire.StatusError, &failure
	return result
}

func gib(n int64) string { return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30)) }
