package core

import (
	"os"
	"syscall"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/link"
	"power-interpreter/runner-image/supervisor/internal/output"
	"power-interpreter/runner-image/supervisor/internal/proc"
	"power-interpreter/runner-image/supervisor/internal/zygote"
)

// The frames that stay between supervisor and kernel.
const (
	kindPing wire.Kind = "ping"
	kindPong wire.Kind = "pong"
)

// kernel is one generation, from the request to fork it to its burial.
type kernel struct {
	generation int
	pid        int // 0 until the zygote has told it
	link       *link.Link
	out        *output.Stream
	watch      *proc.Watch

	awaited   bool   // its word that it is ready is
	scored    bool   // it goes first when memory runs out
	opened    bool   // it knows its session
	announced bool   // the orchestrator knows of it
	waits     bool   // for a run
	pinged    string // the interrupted run after which its sign of life is awaited
	gone      bool   // it has ended; its status may yet come
	ending    bool   // it is being buried
}

// fork asks the zygote for the next kernel, if there is none.
func (c *Core) fork() {
	if c.zygote == nil || c.sweeping || c.kernel != nil {
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

// ends are what a kernel is lent.
type ends struct{ channel, output *os.File }

func (e ends) close() {
	_ = e.channel.Close()
	_ = e.output.Close()
}

func (c *Core) newKernel() (*kernel, ends, error) {
	c.asked++
	k := &kernel{generation: c.asked, awaited: true}
	var pair [2]int
	if err := syscall.Pipe2(pair[:], syscall.O_CLOEXEC); err != nil {
		return nil, ends{}, os.NewSyscallError("pipe2", err)
	}
	e := ends{output: os.NewFile(uintptr(pair[1]), "kernel's output")}
	var err error
	if k.out, err = output.New(pair[0], c.onOutput); err != nil {
		_ = e.output.Close()
		return nil, ends{}, err
	}
	k.link, e.channel, err = link.New(
		func(f wire.Frame) { c.post(func() { c.hear(k, f) }) },
		func() { c.post(func() { c.lost(k) }) })
	if err != nil {
		k.out.Close()
		_ = e.output.Close()
		return nil, ends{}, err
	}
	return k, e, nil
}

// close lets go of a kernel.
func (k *kernel) close() {
	k.ending = true
	k.watch.Close()
	k.out.Close()
	_ = k.link.Close()
}

// onOutput runs on the output's goroutine.
func (c *Core) onOutput(id string, out wire.Output) { c.tell(wire.KindOutput, id, out) }

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

// hear takes a frame of the kernel's. What nobody waits for is dropped.
func (c *Core) hear(k *kernel, f wire.Frame) {
	if c.kernel != k || k.ending {
		return
	}
	switch f.Kind {
	case wire.KindKernel:
		if k.awaited {
			k.awaited = false
			c.advance(k)
		}
	case wire.KindDisplay:
		c.display(f)
	case wire.KindResult:
		c.result(k, f)
	case kindPong:
		if k.pinged != "" && k.pinged == f.ID {
			k.pinged = ""
			c.dispatch()
		}
	}
}

// wake tells the kernel of the session, or the orchestrator of the kernel.
func (c *Core) wake() {
	if k := c.kernel; k != nil && k.waits {
		k.waits = false
		c.advance(k)
	}
}

// advance takes a kernel whose pid is known, and which has said that it is
// ready, to its session and to the next run.
func (c *Core) advance(k *kernel) {
	if k.pid == 0 || k.awaited || k.ending {
		return
	}
	c.generation = k.generation
	c.score(k)
	if c.session != nil && !k.opened {
		k.opened, k.awaited = true, true
		k.link.Send(wire.New(wire.KindOpen, "", c.session))
		c.after(c.cfg.Patience.Open, func() { c.expire(k, k.awaited) })
		return
	}
	k.waits, k.announced = true, true
	c.tell(wire.KindKernel, "", wire.Kernel{Generation: k.generation, Ready: true})
	c.dispatch()
}

// score has the kernel, and what it forks from now on, go first when memory
// runs out. Only now is it dumpable, so that its own uid may write it.
func (c *Core) score(k *kernel) {
	if !k.scored {
		k.scored = true
		_ = zygote.SetOOMScore(k.pid, zygote.KernelOOMScore)
	}
}
