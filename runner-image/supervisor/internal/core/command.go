package core

import (
	"os"
	"path/filepath"

	"power-interpreter/internal/wire"
)

// command obeys one frame of the orchestrator. Unknown kinds are ignored.
func (c *Core) command(f wire.Frame) {
	switch f.Kind {
	case wire.KindHello:
		obey(c, f, c.hello)
	case wire.KindAck:
		obey(c, f, func(a wire.Ack) { c.journal.Ack(a.Seq) })
	case wire.KindOpen:
		obey(c, f, c.open)
	case wire.KindRun:
		c.accept(f)
	case wire.KindInterrupt:
		obey(c, f, func(i wire.Interrupt) { c.interruptID(f.ID, i.Reason) })
	case wire.KindReset:
		c.reset()
	}
}

func obey[T any](c *Core, f wire.Frame, do func(T)) {
	body, err := wire.Decode[T](f)
	if err != nil {
		c.diag.printf("%s command is not understood", f.Kind)
		return
	}
	do(body)
}

// hello answers at the door that is named, else on the standard output.
func (c *Core) hello(h wire.Hello) {
	c.turnTo(h.Door)
	w := wire.Welcome{
		Nonce:      h.Nonce,
		Runner:     c.cfg.Runner,
		Generation: c.generation,
		Warm:       c.warm,
	}
	if c.session != nil {
		w.Session = c.session.Session
	}
	if c.run != nil {
		w.Running = c.run.id
	}
	c.journal.Hello(w, h.Ack)
}

// turnTo has frames come and go by the socket at path, where it can be reached.
func (c *Core) turnTo(path string) {
	if path != "" {
		in, err := c.outlet.Knock(path)
		if err == nil {
			go func() { _ = c.readCommands(in) }()
			return
		}
		c.diag.printf("the door cannot be reached: %v", err)
	}
	c.outlet.Leave()
}

// open lends the sandbox its session, once: it never changes sessions.
func (c *Core) open(o wire.Open) {
	switch {
	case o.Session == "" || !filepath.IsAbs(o.Folder):
		c.diag.printf("open command names no session or no absolute folder")
	case c.session == nil:
		c.session = &o
		c.follow(o.Folder)
		c.limitDisk(o.Disk)
		c.wake()
	case c.session.Session == o.Session:
		c.session.OutputHead, c.session.OutputTail = o.OutputHead, o.OutputTail
		c.limitDisk(o.Disk)
		c.wake()
	default:
		c.diag.printf("open command for another session refused")
	}
}

func (c *Core) follow(folder string) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		c.diag.printf("the session's folder cannot be opened: %v", err)
		return
	}
	c.root = root
	c.changes.Follow(root)
}

// reset ends the kernel with all that runs. When none is ready, the one under
// way is as fresh as the one asked for.
func (c *Core) reset() {
	if r := c.run; r != nil && !r.handed {
		c.end(r, wire.Result{Status: wire.StatusCancelled}, proceeds{})
	}
	if k := c.kernel; k != nil && k.announced {
		c.bury(k, wire.Death{Cause: wire.CauseReset})
	}
}
