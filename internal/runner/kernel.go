// Package runner speaks to the runner in a sandbox: it turns an attached
// stream into an orchestrator.Kernel. Everything that arrives on the stream is
// hostile: bounded in size and count, unknown kinds dropped, no path believed.
package runner

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"sync/atomic"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// maxPast bounds the executions of earlier conversations whose results may
// come: a runner's journal holds no more small ones than are acknowledged late.
const maxPast = 256

// deathsKept bounds the deaths between runs that nobody has asked for yet.
const deathsKept = 16

// Kernel is a runner's end of the conversation. Its reading goroutine ends
// when the stream does; Close ends the stream.
type Kernel struct {
	stream io.ReadWriteCloser
	out    *wire.Writer
	in     *wire.Reader
	info   orchestrator.KernelInfo
	deaths chan orchestrator.Death
	done   chan struct{}
	late   late // the reading goroutine's

	recordable atomic.Int64 // bytes that recorders may still keep

	closing sync.Once
	mu      sync.Mutex // guards what follows; never held across I/O
	seen    uint64     // last event received
	acked   uint64     // last event acknowledged
	run     *run
	past    map[string]*run // of an earlier conversation, until they are resumed
	buried  int             // generation whose death a run's result has told
	early   string          // an execution interrupted before its run was sent
	ready   chan struct{}   // a kernel waits; one word is kept
	turn    chan struct{}   // held by who waits for it
}

// Dial greets the runner behind stream, which may answer at the door (nil for
// none) instead, and takes both over: Close, or a failure, closes the stream;
// the door is closed on return. The error is an *orchestrator.Error.
func Dial(ctx context.Context, stream io.ReadWriteCloser, door *orchestrator.Door) (orchestrator.Kernel, error) {
	g := greet(ctx, stream, door)
	if g.err != nil {
		return nil, orchestrator.Hide(orchestrator.CodeUnavailable, g.err, "the sandbox did not answer; try again")
	}
	k := &Kernel{
		stream: g.stream,
		out:    wire.NewWriter(g.stream),
		in:     g.in,
		info:   info(g.welcome),
		deaths: make(chan orchestrator.Death, deathsKept),
		done:   make(chan struct{}),
		past:   map[string]*run{},
		ready:  make(chan struct{}, 1),
		turn:   make(chan struct{}, 1),
	}
	k.recordable.Store(maxRecorded)
	k.remember(k.info.Ended...)
	k.remember(k.info.Running)
	go k.read()
	return k, nil
}

func info(w wire.Welcome) orchestrator.KernelInfo {
	return orchestrator.KernelInfo{
		Runner: w.Runner, Session: w.Session, Running: w.Running,
		Ended:      w.Ended[max(0, len(w.Ended)-maxPast):],
		Generation: w.Generation, Warm: w.Warm,
	}
}

// Info is what the runner said when it was greeted.
func (k *Kernel) Info() orchestrator.KernelInfo { return k.info }

// Deaths sends how each kernel died between runs.
func (k *Kernel) Deaths() <-chan orchestrator.Death { return k.deaths }

// Done closes when the stream is broken or closed.
func (k *Kernel) Done() <-chan struct{} { return k.done }

// Close drops the stream and waits for the reader; the runner lives on.
func (k *Kernel) Close() error {
	var err error
	k.closing.Do(func() { err = k.stream.Close() })
	<-k.done
	return err
}

// maxTail bounds, in characters, the part of a text that comes with its result:
// escaped, that must fit a frame beside the result's other parts.
const maxTail = 250_000

// Open lends the runner its session and returns when a kernel waits in it. Text
// of at most OutputChars characters comes whole from each run.
func (k *Kernel) Open(ctx context.Context, o orchestrator.Opening) error {
	tail := min(o.OutputChars-o.OutputChars/2, maxTail)
	return k.untilReady(ctx, wire.New(wire.KindOpen, "", wire.Open{
		Session:    o.Session,
		Folder:     orchestrator.DataFolder + "/" + o.Session,
		OutputHead: o.OutputChars - tail,
		OutputTail: tail,
		Disk:       o.Disk,
	}))
}

// Reset kills the kernel and returns when the next one waits.
func (k *Kernel) Reset(ctx context.Context) error {
	return k.untilReady(ctx, wire.New(wire.KindReset, "", nil))
}

func (k *Kernel) untilReady(ctx context.Context, f wire.Frame) error {
	select { // two at a time would take each other's answers
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return orchestrator.Hide(orchestrator.CodeUnavailable, ctx.Err(), "the sandbox's kernel did not start; try again")
	}
	select { // an earlier kernel's word does not count
	case <-k.ready:
	default:
	}
	if err := k.out.Write(f); err != nil {
		return gone(err)
	}
	select {
	case <-k.ready:
		return nil
	case <-k.done:
		return gone(nil)
	case <-ctx.Done():
		return orchestrator.Hide(orchestrator.CodeUnavailable, ctx.Err(), "the sandbox's kernel did not start; try again")
	}
}

// Acknowledge frees the events up to seq: what they said is recorded.
func (k *Kernel) Acknowledge(seq uint64) {
	k.mu.Lock()
	due := seq > k.acked
	if due {
		k.acked = seq
	}
	k.mu.Unlock()
	if due {
		_ = k.out.Write(wire.New(wire.KindAck, "", wire.Ack{Seq: seq})) // a broken stream shows in Done
	}
}

// gone is the error of a call whose stream broke.
func gone(cause error) error {
	return orchestrator.Hide(orchestrator.CodeKernel, cause, "the sandbox went away; its variables are lost, its files are kept: run the code again")
}

func marshal(args any) json.RawMessage {
	raw, _ := json.Marshal(args) // argument types hold nothing that fails
	return raw
}
