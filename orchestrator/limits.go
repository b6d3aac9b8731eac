package orchestrator

import "time"

// Bounds of a call's timeout. The runner keeps the clock; the host keeps its
// own behind it (see hostGrace).
const (
	MinTimeout     = 1 * time.Second
	DefaultTimeout = 120 * time.Second
	MaxTimeout     = 300 * time.Second
	// DefaultJobTimeout is a job's; its upper bound is Limits.JobTimeoutMax.
	DefaultJobTimeout = 30 * time.Minute
)

// MaxCode bounds a cell in bytes: the runner takes no larger one.
const MaxCode = 1 << 20

// Bounds of a query's rows.
const (
	DefaultRows = 1000
	MaxRows     = 10_000
)

const (
	// InterruptGrace is how long code may take to answer an interrupt before
	// the kernel is killed. Long enough for a C loop of pandas to come up for
	// air, short enough that a caller waits for it.
	InterruptGrace = 5 * time.Second
	// hostGrace is how long past the timeout and the runner's graces the host
	// waits for a result before it removes the sandbox, whatever the runner says.
	hostGrace = 10 * time.Second
	// foreignIdle is how long another owner's session must have been idle
	// before it may be stopped to make room.
	foreignIdle = 5 * time.Minute
)

// SandboxLimits bound one sandbox.
type SandboxLimits struct {
	Memory int64   // bytes, no swap beyond it
	CPUs   float64 // cores
	Pids   int64   // processes and threads
	Disk   int64   // bytes in the session's folder
}

// Limits are the orchestrator's bounds, from the configuration.
type Limits struct {
	Sandbox        SandboxLimits
	MaxSessions    int           // sandboxes of sessions at once; spares come on top
	WarmSandboxes  int           // spares kept ready
	IdleTimeout    time.Duration // a session idle for longer is stopped
	JobTimeoutMax  time.Duration
	MaxOutputChars int           // characters of text in one reply
	Retention      time.Duration // executions and files that nobody used
	MaxUpload      int64         // bytes of one uploaded file
}
