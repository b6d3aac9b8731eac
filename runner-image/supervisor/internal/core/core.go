// Package core is the supervisor: it keeps a zygote and a kernel alive, hands
// executions to the kernel, and tells the orchestrator what becomes of them.
//
// All of its state belongs to one goroutine, which runs what the others post:
// the reader of commands, the zygote's and the kernel's listeners, the reaper,
// timers. It never waits for any of them.
package core

import (
	"context"
	"io"
	"os"
	"time"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/cgroup"
	"power-interpreter/runner-image/supervisor/internal/changes"
	"power-interpreter/runner-image/supervisor/internal/guard"
	"power-interpreter/runner-image/supervisor/internal/journal"
	"power-interpreter/runner-image/supervisor/internal/outlet"
	"power-interpreter/runner-image/supervisor/internal/proc"
	"power-interpreter/runner-image/supervisor/internal/zygote"
)

// posted is how much may wait for the core before who posts has to.
const posted = 256

// Config is what a supervisor is started with.
type Config struct {
	// Zygote is the command that starts the zygote, Env its environment.
	Zygote []string
	Env    []string
	// Runner is the runner's content hash, as Welcome tells it.
	Runner string
	// Cgroup is where the container's control group is mounted.
	Cgroup string
	// In and Out carry the frames, Diag short words for a person.
	In       io.Reader
	Out      io.Writer
	Diag     io.Writer
	Patience Patience
}

// Core is the supervisor's state.
type Core struct {
	cfg     Config
	diag    *diag
	inbox   chan func()
	outlet  *outlet.Outlet
	journal *journal.Journal
	table   *proc.Table
	group   cgroup.Group
	counts  cgroup.Counts // when last looked at
	changes *changes.Watcher

	session *wire.Open // nil before Open
	root    *os.Root   // the session's folder, nil if it cannot be opened
	scale   scale

	keeper     keeper
	zygote     *zygote.Zygote // nil between two
	warm       bool           // it has imported the whole stack
	kernel     *kernel        // nil between two
	asked      int            // kernels asked for, which numbers them
	generation int            // of the last kernel that was ready
	sweep      sweep
	run        *run // nil for none
}

// Run supervises for as long as the process lives: it returns only if it
// cannot begin. Nothing that happens to In or Out ends it.
func Run(cfg Config) error {
	watcher, err := changes.New()
	if err != nil {
		return err
	}
	c := &Core{
		cfg:     cfg,
		diag:    &diag{w: cfg.Diag, left: maxDiag},
		inbox:   make(chan func(), posted),
		outlet:  outlet.New(cfg.Out),
		journal: journal.New(),
		table:   proc.NewTable(),
		group:   cgroup.Open(cfg.Cgroup),
		changes: watcher,
	}
	c.counts = c.group.Counts()
	proc.Reap(c.onReaped, c.onStopped)
	go c.journal.Serve(context.Background(), c.outlet)
	go func() {
		c.diag.printf("the input has ended: %v", c.readCommands(cfg.In))
	}()
	c.startZygote()
	guard.ReserveThreads() // while Python starts: nothing that the orchestrator sends is heeded yet
	c.tick()
	c.watchDisk()
	for fn := range c.inbox {
		fn()
	}
	return nil
}

// post has fn run by the core's goroutine. The core itself never posts: it
// would wait for itself.
func (c *Core) post(fn func()) { c.inbox <- fn }

func (c *Core) after(d time.Duration, fn func()) *time.Timer {
	return time.AfterFunc(d, func() { c.post(fn) })
}

// readCommands ends with the input. That is no reason for anything else to: an
// engine that restarts may close it.
func (c *Core) readCommands(in io.Reader) error {
	frames := wire.NewReader(in, wire.MaxCommand)
	for {
		f, err := frames.Next()
		if err != nil {
			return err
		}
		c.post(func() { c.command(f) })
	}
}

// tell appends an event, and says so if it is too long to be one.
func (c *Core) tell(kind wire.Kind, id string, body any) bool {
	err := c.journal.Append(kind, id, body)
	if err != nil {
		c.diag.printf("%s event dropped: %v", kind, err)
	}
	return err == nil
}
