package core

import "power-interpreter/runner-image/supervisor/internal/proc"

// What must be free below the limits for a kernel to be born beside those that
// still give theirs back: the page tables of a fork and what it writes to until
// its first run take about 40 MiB, and a thread or two is one process.
const (
	birthMemory = 128 << 20
	birthPids   = 8
)

// sweep is how far the end of everything but the zygote has come.
type sweep struct {
	killing bool         // others may run yet
	dying   bool         // none does, but they are not all gone
	room    bool         // the next kernel may be born beside them
	last    *proc.Killed // nil before the first
}

// under says whether one is under way.
func (s sweep) under() bool { return s.killing || s.dying }

// bars says whether no kernel may be born now.
func (s sweep) bars() bool { return s.killing || s.dying && !s.room }

// sweepAll kills every process but this one and the zygote, and calls killed.
// From then on the next kernel may be born, where there is room for it, but it
// is given nothing to do until the killed are gone and have given their memory
// back. The sweep works on a goroutine of its own: there may be hundreds of
// processes, or gigabytes.
func (c *Core) sweepAll(killed func()) {
	c.sweep.killing = true
	spare := c.zygotePid()
	go func() {
		dying := c.table.Kill(spare)
		room := c.group.Room(birthMemory, birthPids)
		c.post(func() {
			c.sweep = sweep{dying: true, room: room, last: dying}
			killed()
		})
		left := dying.AwaitEnd()
		c.post(func() { c.swept(dying, left) })
	}()
}

// swept: they are gone, unless a later sweep waits for them too.
func (c *Core) swept(dying *proc.Killed, left int) {
	if c.sweep.last != dying {
		return
	}
	c.sweep.dying = false
	if left > 0 {
		c.diag.printf("%d processes do not end", left)
	}
	if c.zygote == nil && !c.sweep.killing {
		c.restartZygote()
	}
	if k := c.kernel; k != nil && !k.announced {
		c.advance(k)
	}
	c.fork()
}

// alone says whether there is nothing but the zygote and this kernel. It is
// looked at before the kernel is of any use: whatever has escaped a sweep might
// have meddled with it.
func (c *Core) alone(k *kernel) bool {
	others := c.sweep.last.Others(c.zygotePid(), k.pid)
	if others > 0 {
		c.diag.printf("%d processes escaped", others)
	}
	return others == 0
}

// zygotePid is 0 for none.
func (c *Core) zygotePid() int {
	if c.zygote == nil {
		return 0
	}
	return c.zygote.Pid
}
