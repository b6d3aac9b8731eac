package protocol

import (
	"time"

	"power-interpreter/orchestrator"
)

// Hello is what an executor says of itself.
type Hello struct {
	// Build is the program's version, for people: two builds of one protocol
	// work together.
	Build    string                `json:"build"`
	Settings orchestrator.Settings `json:"settings"`
}

// Call holds the arguments of a method, each those it has.
type Call struct {
	Owner   string              `json:"owner"`
	Session string              `json:"session,omitempty"`
	Cell    *orchestrator.Cell  `json:"cell,omitempty"`
	Load    *orchestrator.Load  `json:"load,omitempty"`
	Query   *orchestrator.Query `json:"query,omitempty"`
	ID      string              `json:"id,omitempty"` // of a job, or a session's internal one
	URL     string              `json:"url,omitempty"`
	Name    string              `json:"name,omitempty"` // of a file
	Create  bool                `json:"create,omitempty"`
	// Act is what an administrator does.
	Act orchestrator.Intervention `json:"act,omitempty"`
}

// Ending ends the context of another call of the same front.
type Ending struct {
	Call string `json:"call"` // as in HeaderCall
	// Cancelled says that its caller gave it up, as orchestrator.ErrCancelled
	// does. Otherwise the caller has gone.
	Cancelled bool `json:"cancelled"`
}

// Event is a line of an answer; R is what the method returns.
type Event[R any] struct {
	// Admitted comes once the call is in line, with the execution's id, empty
	// for none.
	Admitted *string `json:"admitted,omitempty"`
	// Send asks for the content of a file: its turn has come.
	Send bool `json:"send,omitempty"`
	// Output is what a cell has written since the last one.
	Output *orchestrator.Output `json:"output,omitempty"`
	// Done is the end. Result and Error may both be there.
	Done   bool   `json:"done,omitempty"`
	Result *R     `json:"result,omitempty"`
	Error  *Error `json:"error,omitempty"`
	// Quiet says that nothing waits to be told to the call's session, so that it
	// need not be asked for.
	Quiet bool `json:"quiet,omitempty"`
	// Now is the executor's clock at the end, by which the times of Result are.
	Now time.Time `json:"now,omitzero"`
}

// Error is an orchestrator.Error. Its cause stays in the log of the executor.
type Error struct {
	Code    orchestrator.Code `json:"code"`
	Message string            `json:"message"`
}

// NewError returns what a caller may know of err, nil for nil.
func NewError(err error) *Error {
	if err == nil {
		return nil
	}
	e := orchestrator.AsError(err)
	return &Error{e.Code, e.Message}
}

// Err is the error, nil for nil.
func (e *Error) Err() error {
	if e == nil {
		return nil
	}
	return &orchestrator.Error{Code: e.Code, Message: e.Message}
}

// Refusal is the body of an answer that is no call's: why there is none.
type Refusal struct {
	Error Error `json:"error"`
}

// Session is an orchestrator.Session with all of its fields: a conversion
// compiles only as long as the two have the same.
type Session struct {
	Ref        orchestrator.Ref
	ID         string
	State      orchestrator.State
	Folder     string
	Created    time.Time
	Idle       time.Duration
	Running    string
	RunningFor time.Duration
	Queued     int
	Limits     orchestrator.SandboxLimits
	SandboxID  string
}
