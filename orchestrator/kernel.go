package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Op names what a Run does in the kernel.
type Op string

// The operations of a kernel.
const (
	OpCell      Op = "cell"
	OpLoad      Op = "load"
	OpQuery     Op = "query"
	OpDatasets  Op = "datasets"
	OpVariables Op = "variables"
)

// Run is one operation on a kernel. Exactly one of the arguments is read, by Op.
type Run struct {
	ID      string
	Op      Op
	Code    string
	Load    Load
	Query   Query
	Timeout time.Duration
}

// Sink takes what a run gives before its result, in order. Its methods must
// not block.
type Sink interface {
	Output(Output)
	Chart(Chart)
}

// Outcome is how a run ended.
type Outcome struct {
	Status    Status // completed, failed, timeout or cancelled
	Reply     Reply  // without Output and Charts, which went to the Sink
	Dataset   *Dataset
	Table     *Table
	Datasets  []Dataset
	Variables Variables
	Seq       uint64 // of the event that told it
}

// Cause names what a kernel died of.
type Cause string

// The causes of a Death.
const (
	CauseExit   Cause = "exit"
	CauseSignal Cause = "signal"
	CauseOOM    Cause = "oom"
	CauseKilled Cause = "killed"
	CauseReset  Cause = "reset"
	CauseDisk   Cause = "disk"
	CauseGone   Cause = "gone" // the whole sandbox went away
)

// Death is how a kernel died. Its variables are lost.
type Death struct {
	Cause    Cause
	Signal   string // as "SIGSEGV"
	ExitCode int
	Limit    int64 // bytes, for CauseOOM and CauseDisk
	Peak     int64 // likewise
}

// String says what a kernel died of, in half a sentence.
func (d Death) String() string {
	switch d.Cause {
	case CauseOOM:
		return fmt.Sprintf("out of memory at its limit of %d MiB", d.Limit>>20)
	case CauseDisk:
		return fmt.Sprintf("stopped because the session's files outgrew their limit of %d MiB", d.Limit>>20)
	case CauseSignal:
		return "ended by the signal " + d.Signal
	case CauseExit:
		return fmt.Sprintf("its process ended with exit code %d", d.ExitCode)
	case CauseKilled:
		return "killed because it would not stop when interrupted"
	case CauseReset:
		return "reset"
	default:
		return "its sandbox went away"
	}
}

// KernelInfo is what a runner says of itself when it is greeted.
type KernelInfo struct {
	Runner     string
	Session    string   // empty for a spare
	Running    string   // the execution under way, empty for none
	Ended      []string // those whose results nobody has acknowledged, the oldest first
	Generation int
	Warm       bool
}

// known returns the ids of all executions that the runner speaks of.
func (i KernelInfo) known() []string {
	if i.Running == "" {
		return i.Ended
	}
	return append(slices.Clone(i.Ended), i.Running)
}

// Opening is what a runner is told of the session it is lent to.
type Opening struct {
	Session     string
	OutputChars int   // characters of text that one execution sends
	Disk        int64 // bytes that the session's files may take
}

// Kernel is a sandbox's live namespace. It runs one thing at a time; a caller
// takes turns. When its stream breaks, Done closes and every call fails with
// CodeKernel or CodeUnavailable.
type Kernel interface {
	Info() KernelInfo
	// Open lends a spare its session and returns when a kernel waits in it.
	Open(ctx context.Context, o Opening) error
	// Run runs to the result. Interrupt stops it; a ctx that ends abandons it.
	// An error means that the sandbox is lost or of no use: remove it.
	Run(ctx context.Context, run Run, sink Sink) (Outcome, error)
	// Resume waits for the result of the execution that Info named, as running
	// or as ended.
	Resume(ctx context.Context, id string, sink Sink) (Outcome, error)
	// Interrupt stops the execution with that status; its Run returns.
	Interrupt(id string, status Status) error
	// Reset kills the kernel and returns when the next one waits. A running
	// execution ends as cancelled.
	Reset(ctx context.Context) error
	// Acknowledge tells the runner that all it delivered up to an Outcome's
	// Seq is recorded: it need not be kept for a later conversation.
	Acknowledge(seq uint64)
	// Deaths sends how each kernel died between runs.
	Deaths() <-chan Death
	// Done closes when the stream is broken or closed.
	Done() <-chan struct{}
	// Close drops the stream and leaves the kernel alive.
	Close() error
}
