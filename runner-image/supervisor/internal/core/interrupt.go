package core

import "power-interpreter/internal/wire"

// interruptID interrupts the run that an orchestrator names, if it is under way.
func (c *Core) interruptID(id string, reason wire.Status) {
	if r := c.run; r != nil && r.id == id && (reason == wire.StatusTimeout || reason == wire.StatusCancelled) {
		c.interrupt(r, reason)
	}
}

// interrupt asks the run to stop and, once half of its grace has passed, asks
// again: the first exception may have been swallowed. Then the kernel dies.
func (c *Core) interrupt(r *run, reason wire.Status) {
	switch {
	case c.run != r || r.reason != "" || r.answered:
		return
	case !r.handed:
		c.end(r, wire.Result{Status: reason}, proceeds{})
		return
	case c.kernel.ending:
		return
	}
	r.reason = reason
	k := c.kernel
	_ = c.table.Interrupt(k.pid) // if it is gone, that is being noticed
	r.timers = append(r.timers,
		c.after(r.grace/2, func() {
			if c.run == r && !r.answered && !k.ending {
				_ = c.table.Interrupt(k.pid)
			}
		}),
		c.after(r.grace, func() {
			if c.run == r && !r.answered {
				c.bury(k, wire.Death{Cause: wire.CauseKilled})
			}
		}))
}

// ping asks the kernel, after an interrupt, whether it listens again: no
// signal is on its way any more when it answers.
func (c *Core) ping(k *kernel, r *run) {
	k.pinged = r.id
	k.link.Send(wire.Frame{V: wire.Version, Kind: kindPing, ID: r.id})
	c.after(r.grace, func() { c.expire(k, k.pinged == r.id) })
}
