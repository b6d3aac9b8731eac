package core

import (
	"syscall"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/proc"
	"power-interpreter/runner-image/supervisor/internal/zygote"
)

// fork asks the zygote for the next kernel, if there is none.
func (c *Core) fork() {
	if c.zygote == nil || c.sweep.bars() || c.kernel != nil {
		return
	}
	k, ends, err := c.newKernel()
	if err != nil {
		c.diag.printf("no kernel: %v", err)
		c.after(c.cfg.Patience.MaxRetry, c.fork)
		return
	}
	defer ends.close()
	c.kernel = k
	// The code may have stopped it while the last kernel lived.
	_ = c.table.Signal(c.zygote.Pid, syscall.SIGCONT)
	if err := c.zygote.Fork(k.generation, ends.channel, ends.output); err != nil {
		c.replaceZygote("it takes no requests")
		return
	}
	c.expectBirth(k)
}

func (c *Core) expectBirth(k *kernel) {
	if c.warm {
		c.after(c.cfg.Patience.Fork, func() {
			if c.kernel == k && k.pid == 0 {
				c.replaceZygote("it does not fork")
			}
		})
	}
	c.after(c.cfg.Patience.Birth, func() { c.expire(k, !k.scored) })
}

// expire ends a kernel that has not done in time what it was asked to.
func (c *Core) expire(k *kernel, late bool) {
	if c.kernel != k || k.ending || !late {
		return
	}
	if k.pid == 0 {
		c.replaceZygote("it does not fork")
		return
	}
	c.bury(k, wire.Death{Cause: wire.CauseKilled})
}

// forked learns a kernel's pid.
func (c *Core) forked(z *zygote.Zygote, generation, pid int) {
	k := c.kernel
	if z != c.zygote || k == nil || k.generation != generation || k.pid != 0 || pid <= 1 {
		return
	}
	k.pid = pid
	// Where it cannot be had, the zygote and the channel tell, a little later.
	k.watch, _ = proc.WatchExit(pid, func() { c.post(func() { c.vanished(k) }) })
	c.advance(k)
}

// wake tells the kernel of the session, or the orchestrator of the kernel.
func (c *Core) wake() {
	if k := c.kernel; k != nil && k.waits {
		k.waits = false
		c.advance(k)
	}
}

// advance takes a kernel whose pid is known, and which has said that it is
// ready, to its session and, when its predecessor is gone, to the next run.
func (c *Core) advance(k *kernel) {
	if k.pid == 0 || k.awaited || k.ending {
		return
	}
	c.score(k)
	if c.session != nil && !k.opened {
		k.opened, k.awaited = true, true
		k.link.Send(wire.New(wire.KindOpen, "", c.session))
		c.after(c.cfg.Patience.Open, func() { c.expire(k, k.awaited) })
		return
	}
	if c.sweep.under() {
		return // swept comes back here
	}
	if !k.announced && !c.alone(k) {
		c.bury(k, wire.Death{Cause: wire.CauseKilled})
		return
	}
	c.generation = k.generation
	k.waits, k.announced = true, true
	c.tell(wire.KindKernel, "", wire.Kernel{Generation: k.generation, Ready: true})
	c.dispatch()
}

// score has the kernel, and what it forks from now on, go first when memory
// runs out. Only now is it dumpable, so that its own uid may write it.
func (c *Core) score(k *kernel) {
	if !k.scored {
		k.scored = true
		_ = zygote.ScoreKernel(k.pid)
	}
}
