package fake

import (
	"context"
	"slices"
	"strings"
	"sync"

	"power-interpreter/orchestrator"
)

// Script is what a kernel does with a run. stop closes when it is interrupted.
type Script func(k *Kernel, run orchestrator.Run, sink orchestrator.Sink, stop <-chan struct{}) (orchestrator.Outcome, error)

// Kernel is a namespace in memory: it outlives its conversations.
type Kernel struct {
	script Script

	mu         sync.Mutex
	session    string
	generation int
	values     map[string]string
	running    string
	results    map[string]*result // of all runs, by id
	ended      []string           // those that ended and nobody has acknowledged
	seq        uint64             // of the last result
	stop       chan struct{}
	status     orchestrator.Status // asked for by an interrupt
	dead       chan struct{}
	killed     sync.Once
	runs       sync.WaitGroup
	talks      []*conversation
}

// result is a run's, once done is closed.
type result struct {
	done    chan struct{}
	outcome orchestrator.Outcome
	err     error
}

func newKernel(script Script) *Kernel {
	return &Kernel{script: script, generation: 1, values: map[string]string{}, results: map[string]*result{}, dead: make(chan struct{})}
}

// Session is the id it was opened with, empty for a spare.
func (k *Kernel) Session() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session
}

// Finish has what runs end as if interrupted, and returns when it has.
func (k *Kernel) Finish() {
	k.mu.Lock()
	if k.stop != nil {
		close(k.stop)
		k.stop = nil
	}
	k.mu.Unlock()
	k.runs.Wait()
}

// Kill ends it as a vanished container would, its conversations with it.
func (k *Kernel) Kill() {
	k.killed.Do(func() { close(k.dead) })
	k.mu.Lock()
	talks := k.talks
	k.mu.Unlock()
	for _, c := range talks {
		<-c.done
	}
}

func (k *Kernel) conversation() *conversation {
	c := &conversation{Kernel: k, done: make(chan struct{}), deaths: make(chan orchestrator.Death, 4)}
	k.mu.Lock()
	c.info = orchestrator.KernelInfo{Session: k.session, Running: k.running, Ended: slices.Clone(k.ended), Generation: k.generation}
	k.talks = append(k.talks, c)
	k.mu.Unlock()
	go func() {
		select {
		case <-k.dead:
			c.Close()
		case <-c.done:
		}
	}()
	return c
}

// conversation is one orchestrator's Kernel.
type conversation struct {
	*Kernel
	info    orchestrator.KernelInfo
	done    chan struct{}
	deaths  chan orchestrator.Death
	closing sync.Once
}

func (c *conversation) Info() orchestrator.KernelInfo     { return c.info }
func (c *conversation) Deaths() <-chan orchestrator.Death { return c.deaths }
func (c *conversation) Done() <-chan struct{}             { return c.done }
func (c *conversation) Close() error                      { c.closing.Do(func() { close(c.done) }); return nil }
func (c *conversation) Open(_ context.Context, o orchestrator.Opening) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = o.Session
	return nil
}

func (c *conversation) Acknowledge(seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = slices.DeleteFunc(c.ended, func(id string) bool { return c.results[id].outcome.Seq <= seq })
}

func (c *conversation) Run(ctx context.Context, run orchestrator.Run, sink orchestrator.Sink) (orchestrator.Outcome, error) {
	c.mu.Lock()
	stop := make(chan struct{})
	c.running, c.stop, c.status = run.ID, stop, orchestrator.StatusCancelled
	r := &result{done: make(chan struct{})}
	c.results[run.ID] = r
	c.mu.Unlock()
	c.runs.Go(func() {
		out, err := c.script(c.Kernel, run, sink, stop)
		c.mu.Lock()
		c.seq++
		out.Seq = c.seq
		r.outcome, r.err = out, err
		c.running, c.ended = "", append(c.ended, run.ID)
		c.mu.Unlock()
		close(r.done)
	})
	return c.await(ctx, run.ID)
}

func (c *conversation) Resume(ctx context.Context, id string, _ orchestrator.Sink) (orchestrator.Outcome, error) {
	return c.await(ctx, id)
}

func (c *conversation) await(ctx context.Context, id string) (orchestrator.Outcome, error) {
	c.mu.Lock()
	r := c.results[id]
	c.mu.Unlock()
	select {
	case <-r.done:
		return r.outcome, r.err
	case <-c.done:
		return orchestrator.Outcome{}, errGone
	case <-ctx.Done():
		return orchestrator.Outcome{}, ctx.Err()
	}
}

func (c *conversation) Interrupt(id string, status orchestrator.Status) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == id && c.stop != nil {
		c.status = status
		close(c.stop)
		c.stop = nil
	}
	return nil
}

func (c *conversation) Reset(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.values = map[string]string{}
	if c.stop != nil {
		close(c.stop)
		c.stop = nil
	}
	return nil
}

var errGone = orchestrator.Errorf(orchestrator.CodeKernel, "the sandbox went away")

// Directives is the usual Script. Its code, or a query, is one of: "set K V", "get K" (the
// value), "print TEXT", "write FILE" (as a file it reports), "wait" (until interrupted), "raise TEXT",
// "die" (the kernel does, of memory), "vanish" (the sandbox does), "deaf" (no answer to anything).
func Directives(k *Kernel, run orchestrator.Run, sink orchestrator.Sink, stop <-chan struct{}) (orchestrator.Outcome, error) {
	done := orchestrator.Outcome{Status: orchestrator.StatusCompleted}
	code := run.Code
	switch run.Op {
	case orchestrator.OpVariables:
		k.mu.Lock()
		defer k.mu.Unlock()
		for name, value := range k.values {
			done.Variables.Largest = append(done.Variables.Largest, orchestrator.Variable{Name: name, Type: "str", Bytes: int64(len(value))})
		}
		return done, nil
	case orchestrator.OpDatasets:
		done.Datasets = []orchestrator.Dataset{{Name: "df", Rows: 3}}
		return done, nil
	case orchestrator.OpLoad:
		done.Dataset = &orchestrator.Dataset{Name: run.Load.Name, Source: run.Load.File, Preview: "a"}
		return done, nil
	case orchestrator.OpQuery:
		done.Table = &orchestrator.Table{Total: 1, File: "outputs/whole.parquet"}
		code = run.Query.SQL
	}
	word, rest, _ := strings.Cut(code, " ")
	switch word {
	case "set":
		name, value, _ := strings.Cut(rest, " ")
		k.mu.Lock()
		k.values[name] = value
		k.mu.Unlock()
	case "get":
		k.mu.Lock()
		done.Reply.Value = k.values[rest]
		k.mu.Unlock()
	case "print":
		sink.Output(orchestrator.Output{Text: rest})
	case "write":
		done.Reply.Files = append(done.Reply.Files, orchestrator.Artifact{Path: rest})
	case "raise":
		done.Status = orchestrator.StatusFailed
		done.Reply.Failure = &orchestrator.Failure{Name: "ValueError", Message: rest}
	case "wait":
		sink.Output(orchestrator.Output{Text: "waiting"})
		select {
		case <-stop:
		case <-k.dead:
			return done, errGone
		}
		k.mu.Lock()
		done.Status = k.status
		k.mu.Unlock()
	case "die":
		k.mu.Lock()
		k.values = map[string]string{}
		k.mu.Unlock()
		done.Status, done.Reply.Death = orchestrator.StatusFailed, &orchestrator.Death{Cause: orchestrator.CauseOOM}
	case "vanish":
		k.Kill()
		return done, errGone
	case "deaf":
		<-k.dead
		return done, errGone
	}
	return done, nil
}
