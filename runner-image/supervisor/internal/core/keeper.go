package core

import (
	"syscall"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/zygote"
)

// keeper is what is known of the zygote's health.
type keeper struct {
	heard    bool // the present one has said something
	pings    int  // sent
	missed   int  // since the last answer
	failures int  // zygotes in a row that died unheard
}

// startZygote starts one and asks it for a kernel: it looks for requests
// between its imports.
func (c *Core) startZygote() {
	if c.zygote != nil || c.sweep.under() {
		return
	}
	var z *zygote.Zygote
	cmd := zygote.Command{Args: c.cfg.Zygote, Env: c.cfg.Env, Diag: c.diag.write}
	z, err := zygote.Start(cmd, zygote.Handler{
		Forked: func(generation, pid int) { c.post(func() { c.heard(z); c.forked(z, generation, pid) }) },
		Exited: func(pid int, status syscall.WaitStatus) { c.post(func() { c.exited(pid, status) }) },
		Pong:   func(int) { c.post(func() { c.heard(z) }) },
		Warm:   func() { c.post(func() { c.heard(z); c.warmed(z) }) },
		Closed: func() { c.post(func() { c.hungUp(z) }) },
	})
	if err != nil {
		c.diag.printf("%v", err)
		c.retryZygote()
		return
	}
	c.zygote = z
	c.warm = false
	c.keeper.heard, c.keeper.missed = false, 0
	c.fork()
}

// retryZygote waits longer from failure to failure.
func (c *Core) retryZygote() {
	wait := c.cfg.Patience.Retry << min(c.keeper.failures, 16)
	c.keeper.failures++
	c.after(min(wait, c.cfg.Patience.MaxRetry), c.startZygote)
}

func (c *Core) heard(z *zygote.Zygote) {
	if z == c.zygote {
		c.keeper.heard, c.keeper.missed, c.keeper.failures = true, 0, 0
	}
}

// warmed: kernels forked from now on have the whole stack. One that was forked
// before and has run nothing yet makes way for such a one, unnoticed.
func (c *Core) warmed(z *zygote.Zygote) {
	if z != c.zygote {
		return
	}
	c.warm = true
	if k := c.kernel; k != nil && k.pid != 0 && !k.used && c.run == nil {
		k.announced = false
		c.bury(k, wire.Death{Cause: wire.CauseReset})
	}
}

// hungUp: a zygote without its socket is none.
func (c *Core) hungUp(z *zygote.Zygote) {
	if z == c.zygote {
		c.replaceZygote("its socket is closed")
	}
}

// tick asks for a sign of life, for ever. Misses are counted rather than time,
// so that a container that was paused is not taken for a silent zygote.
func (c *Core) tick() {
	defer c.after(c.cfg.Patience.Ping, c.tick)
	if c.zygote == nil {
		return
	}
	limit := c.cfg.Patience.ColdMisses
	if c.warm {
		limit = c.cfg.Patience.WarmMisses
	}
	if c.keeper.missed >= limit {
		c.replaceZygote("it is silent")
		return
	}
	c.keeper.missed++
	c.keeper.pings++
	_ = c.zygote.Ping(c.keeper.pings) // not sent is not answered
}

// replaceZygote kills it; its reaping starts the next one.
func (c *Core) replaceZygote(why string) {
	if c.zygote == nil {
		return
	}
	c.diag.printf("zygote replaced: %s", why)
	_ = c.table.Signal(c.zygote.Pid, syscall.SIGKILL)
}

// onReaped and onStopped run on the reaper's goroutine.
func (c *Core) onReaped(pid int, status syscall.WaitStatus) {
	c.post(func() {
		if c.zygote != nil && c.zygote.Pid == pid {
			c.zygoteGone()
			return
		}
		c.exited(pid, status)
	})
}

func (c *Core) onStopped(pid int) {
	c.post(func() {
		// A sweep stops it too, and lets it go on by itself.
		if c.zygote != nil && c.zygote.Pid == pid && !c.sweep.killing {
			_ = c.table.Signal(pid, syscall.SIGCONT)
		}
	})
}

// zygoteGone starts another. Its last kernel lives on, as our child; one that
// was asked for and not told of may live too, and is swept away.
func (c *Core) zygoteGone() {
	_ = c.zygote.Close()
	c.zygote, c.warm = nil, false
	k := c.kernel
	switch {
	case c.sweep.killing: // restarts it at its end, or would kill it
	case k != nil && k.pid == 0 && !k.ending:
		k.close()
		c.kernel = nil
		c.sweepAll(func() {})
	case c.sweep.dying: // restarts it at its end
	default:
		c.restartZygote()
	}
}

// restartZygote waits first if the last one never said a word.
func (c *Core) restartZygote() {
	if c.keeper.heard {
		c.startZygote()
	} else {
		c.retryZygote()
	}
}
