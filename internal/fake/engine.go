// Package fake has stand-ins for what lies at the edges of the process: an
// engine with kernels in memory, and a service for the tools. They are for
// tests of logic; what is real is tested on the real thing.
package fake

import (
	"context"
	"io"
	"sync"

	"power-interpreter/orchestrator"
)

// Engine is an orchestrator.Engine whose sandboxes are Kernels in memory. They
// outlive an orchestrator, as containers do. Its Fail fields are set before use.
type Engine struct {
	// FailStart, if set, decides whether a start fails.
	FailStart func(orchestrator.Spec) error
	// FailRemove, if set, decides whether a removal fails.
	FailRemove func(id string) error
	// OnUsage, if set, answers Usage.
	OnUsage func(ctx context.Context, id string) (orchestrator.Usage, error)
	// Script is what a new kernel does with code; nil runs Directives.
	Script Script

	mu        sync.Mutex
	sandboxes map[string]*box
	starts    int
}

type box struct {
	spec   orchestrator.Spec
	kernel *Kernel
}

// NewEngine returns an engine without sandboxes.
func NewEngine() *Engine { return &Engine{sandboxes: map[string]*box{}} }

// Check says that all is well.
func (e *Engine) Check(context.Context) (string, error) { return "fake-runner", nil }

// Start makes a sandbox.
func (e *Engine) Start(_ context.Context, spec orchestrator.Spec) error {
	if e.FailStart != nil {
		if err := e.FailStart(spec); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sandboxes[spec.ID] != nil {
		return orchestrator.Errorf(orchestrator.CodeInternal, "sandbox %s exists", spec.ID)
	}
	script := e.Script
	if script == nil {
		script = Directives
	}
	e.starts++
	e.sandboxes[spec.ID] = &box{spec, newKernel(script)}
	return nil
}

// Attach opens a stream that Dial turns into the sandbox's kernel.
func (e *Engine) Attach(_ context.Context, id string) (io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := e.sandboxes[id]
	if b == nil {
		return nil, orchestrator.Errorf(orchestrator.CodeUnavailable, "no sandbox %s", id)
	}
	return stream{b.kernel}, nil
}

// Dial is the orchestrator.Dialer of this engine's streams. Nobody comes by the
// door.
func Dial(_ context.Context, s io.ReadWriteCloser, door *orchestrator.Door) (orchestrator.Kernel, error) {
	if door != nil {
		_ = door.Close()
	}
	return s.(stream).kernel.conversation(), nil
}

// stream stands for an attachment; nothing is read from it.
type stream struct{ kernel *Kernel }

func (stream) Read([]byte) (int, error)    { return 0, io.EOF }
func (stream) Write(p []byte) (int, error) { return len(p), nil }
func (stream) Close() error                { return nil }

// List returns the sandboxes, whatever the data folder.
func (e *Engine) List(context.Context, string) ([]orchestrator.Sandbox, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []orchestrator.Sandbox
	for id, b := range e.sandboxes {
		list = append(list, orchestrator.Sandbox{ID: id, UID: b.spec.UID, Running: true})
	}
	return list, nil
}

// Remove ends a sandbox.
func (e *Engine) Remove(_ context.Context, id string) error {
	if e.FailRemove != nil {
		if err := e.FailRemove(id); err != nil {
			return err
		}
	}
	e.mu.Lock()
	b := e.sandboxes[id]
	delete(e.sandboxes, id)
	e.mu.Unlock()
	if b != nil {
		b.kernel.Kill()
	}
	return nil
}

// Destroy removes every sandbox, as a host's end would.
func (e *Engine) Destroy() {
	list, _ := e.List(context.Background(), "")
	for _, s := range list {
		_ = e.Remove(context.Background(), s.ID)
	}
}

// Usage answers OnUsage, or that nothing but the state is known.
func (e *Engine) Usage(ctx context.Context, id string) (orchestrator.Usage, error) {
	if e.OnUsage != nil {
		return e.OnUsage(ctx, id)
	}
	return orchestrator.Usage{State: "running", Memory: -1, Peak: -1, CPU: -1, Pids: -1}, nil
}

// Exits sends nothing: Kill ends the streams, as a dying container does.
func (e *Engine) Exits(ctx context.Context, _ string) <-chan string {
	c := make(chan string)
	context.AfterFunc(ctx, func() { close(c) })
	return c
}

// Kernels returns the kernels of the sandboxes that run session, by its id.
func (e *Engine) Kernels(session string) []*Kernel {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []*Kernel
	for _, b := range e.sandboxes {
		if b.kernel.Session() == session {
			found = append(found, b.kernel)
		}
	}
	return found
}

// Count returns how many sandboxes there are, and how many were ever started.
func (e *Engine) Count() (now, ever int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sandboxes), e.starts
}
