package core

import (
	"os"
	"syscall"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/link"
	"power-interpreter/runner-image/supervisor/internal/output"
	"power-interpreter/runner-image/supervisor/internal/proc"
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
	used      bool   // it has been handed a run
	pinged    string // the interrupted run after which its sign of life is awaited
	gone      bool   // it has ended; its status may yet come
	ending    bool   // it is being buried
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
