package core

import (
	"fmt"
	"syscall"
	"time"

	"power-interpreter/internal/wire"
)

// vanished: the kernel's process has ended, or nobody holds its channel. How
// it died is told by whoever reaps it, which is waited for, but not for ever.
func (c *Core) vanished(k *kernel) {
	if c.kernel != k || k.ending || k.gone {
		return
	}
	k.gone = true
	c.after(c.cfg.Patience.Status, func() {
		if c.kernel == k {
			c.bury(k, c.unreaped(k))
		}
	})
}

// unreaped is the death of a kernel whose status nobody has told: a zygote in
// the middle of an import reaps late, but what waits for it can be looked at.
func (c *Core) unreaped(k *kernel) wire.Death {
	if status, ended := c.table.Ended(k.pid); ended {
		return c.death(status)
	}
	return c.unknown()
}

// lost: the kernel's channel has ended. A kernel that lives without it (the
// code closed it, or replaced the process) is of no use.
func (c *Core) lost(k *kernel) { c.vanished(k) }

// exited: pid has ended and was reaped, by the zygote or by us.
func (c *Core) exited(pid int, status syscall.WaitStatus) {
	if k := c.kernel; k != nil && k.pid == pid && !k.ending {
		c.bury(k, c.death(status))
	}
}

// death tells what a kernel died of that nobody here has killed.
func (c *Core) death(status syscall.WaitStatus) wire.Death {
	switch {
	case status.Signaled() && status.Signal() == syscall.SIGKILL && c.oomKilled():
		limit, peak := c.group.Memory()
		return wire.Death{Cause: wire.CauseOOM, Limit: limit, Peak: peak}
	case status.Signaled():
		return wire.Death{Cause: wire.CauseSignal, Signal: signalName(status.Signal())}
	default:
		return wire.Death{Cause: wire.CauseExit, ExitCode: status.ExitStatus()}
	}
}

// unknown is the death of a kernel whose status never came, or which lives on
// without its channel.
func (c *Core) unknown() wire.Death {
	if c.oomKilled() {
		limit, peak := c.group.Memory()
		return wire.Death{Cause: wire.CauseOOM, Limit: limit, Peak: peak}
	}
	return wire.Death{Cause: wire.CauseKilled}
}

func (c *Core) oomKilled() bool { return c.group.Counts().OOMKills > c.counts.OOMKills }

// bury ends everything that a kernel has left, tells of its death, and asks for
// the next one.
func (c *Core) bury(k *kernel, d wire.Death) {
	if k.ending {
		return
	}
	k.ending = true
	var took time.Duration
	if r := c.run; r != nil && r.handed && !r.answered {
		r.stopTimers()
		took = time.Since(r.started)
	}
	c.sweepAll(func() {
		c.conclude(k, c.run, func(p proceeds) { c.buried(k, d, took, p) })
	})
}

// buried follows, since conclusions keep their order, the end of a run that the
// kernel has answered.
func (c *Core) buried(k *kernel, d wire.Death, took time.Duration, p proceeds) {
	if r := c.run; r != nil && r.handed {
		if r.reason == outgrown {
			d = c.outgrowth(r.outgrew)
		}
		result := wire.Result{
			Status: died(r, d), Death: &d, Generation: k.generation,
			DurationMS: float64(took.Microseconds()) / 1000,
		}
		result.Hits = c.hits(result, p.sum.DiskFull, took)
		c.end(r, result, p)
	}
	if k.announced {
		c.tell(wire.KindKernel, "", wire.Kernel{Generation: k.generation, Death: &d})
	}
	c.counts = c.group.Counts()
	k.close()
	c.kernel = nil
	c.fork()
}

func died(r *run, d wire.Death) wire.Status {
	switch {
	case r.reason == outgrown:
		return wire.StatusDied
	case r.reason != "":
		return r.reason
	case d.Cause == wire.CauseReset:
		return wire.StatusCancelled
	default:
		return wire.StatusDied
	}
}

// signalNames are those that end a process by default.
var signalNames = map[syscall.Signal]string{
	syscall.SIGABRT: "SIGABRT", syscall.SIGALRM: "SIGALRM", syscall.SIGBUS: "SIGBUS",
	syscall.SIGFPE: "SIGFPE", syscall.SIGHUP: "SIGHUP", syscall.SIGILL: "SIGILL",
	syscall.SIGINT: "SIGINT", syscall.SIGKILL: "SIGKILL", syscall.SIGPIPE: "SIGPIPE",
	syscall.SIGQUIT: "SIGQUIT", syscall.SIGSEGV: "SIGSEGV", syscall.SIGSYS: "SIGSYS",
	syscall.SIGTERM: "SIGTERM", syscall.SIGTRAP: "SIGTRAP", syscall.SIGUSR1: "SIGUSR1",
	syscall.SIGUSR2: "SIGUSR2", syscall.SIGXCPU: "SIGXCPU", syscall.SIGXFSZ: "SIGXFSZ",
}

func signalName(s syscall.Signal) string {
	if name, ok := signalNames[s]; ok {
		return name
	}
	return fmt.Sprintf("SIG%d", int(s))
}
