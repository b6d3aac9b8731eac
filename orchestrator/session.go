package orchestrator

import (
	"time"

	"power-interpreter/internal/workspace"
)

// Anonymous is the owner of every session where no keys are configured.
const Anonymous = "anonymous"

// Ref names a session: the caller's id for it, under the owner that made it.
// Two owners' "default" are two sessions.
type Ref struct {
	Owner string
	ID    string
}

// Validate refuses an id outside the contract's alphabet and length.
func (r Ref) Validate() error {
	if err := workspace.ValidSessionID(r.ID); err != nil {
		return Errorf(CodeInvalid, "session_id: %v", err)
	}
	return nil
}

// State is what a session is doing.
type State string

// The states of a session.
const (
	StateNew      State = "new"      // known, nothing made yet
	StateStarting State = "starting" // its sandbox is being claimed or started
	StateIdle     State = "idle"     // its kernel waits
	StateBusy     State = "busy"     // its kernel runs something
	StateStopped  State = "stopped"  // files kept, no sandbox
)

// Session is what a caller may know of one.
type Session struct {
	Ref        Ref           `json:"-"`
	ID         string        `json:"session_id"`
	State      State         `json:"state"`
	Folder     string        `json:"folder"`
	Created    time.Time     `json:"created"`
	Idle       time.Duration `json:"-"`
	Running    string        `json:"running,omitempty"` // execution id
	RunningFor time.Duration `json:"-"`
	Queued     int           `json:"queued"`
	Limits     SandboxLimits `json:"-"`
	SandboxID  string        `json:"-"`
}
