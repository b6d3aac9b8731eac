package orchestrator

import (
	"context"
	"time"
)

// Administration is what an administrator sees and does, whoever a session's
// owner is. The Orchestrator is one; a client of an executor elsewhere is
// another. Its answers are plain JSON, without code, output, files' contents or
// keys. None of it waits for a kernel or for a session's turn.
type Administration interface {
	// Overview lists every session, the newest use first. What cannot be
	// measured in about a second is null, and the session says why.
	Overview(ctx context.Context) (Overview, error)
	// Inspect tells of one session by its internal id, with its latest
	// executions. None is CodeNotFound.
	Inspect(ctx context.Context, id string) (Inspection, error)
	// Intervene acts on one session by its internal id, and leaves word of it
	// for its owner. It returns when that is done, or as Pending when it goes
	// on behind. No such session is CodeNotFound.
	Intervene(ctx context.Context, id string, act Intervention) (Intervened, error)
	// Figures are counts since the process began, and what there is now.
	Figures(ctx context.Context) (Figures, error)
}

// Overview is all sessions, and the places that there are for them.
type Overview struct {
	Time     time.Time    `json:"time"`
	Totals   Totals       `json:"totals"`
	Sessions []Inspection `json:"sessions"`
}

// Totals are the sessions and sandboxes of a server.
type Totals struct {
	Sessions int           `json:"sessions"`
	States   map[State]int `json:"states"`
	// Places are what MaxSessions allows, Held those that sandboxes of sessions have.
	Places int `json:"places"`
	Held   int `json:"places_held"`
	// Spares wait, started, for a session that is new; SparesKept is how many are to.
	Spares     int       `json:"spares_ready"`
	SparesKept int       `json:"spares_kept"`
	Since      time.Time `json:"running_since"` // of the process that has the sandboxes
}

// Inspection is what is known of one session. A null figure is not known, or
// there is no sandbox to measure.
type Inspection struct {
	ID        string    `json:"id"` // internal: of its sandbox, once it has one
	Owner     string    `json:"owner"`
	SessionID string    `json:"session_id"`
	State     State     `json:"state"`
	Created   time.Time `json:"created"`
	Age       float64   `json:"age_seconds"`
	Used      time.Time `json:"last_used"`
	Idle      float64   `json:"idle_seconds"` // 0 while something runs
	Running   *Activity `json:"running"`      // null for nothing
	Queued    int       `json:"queued"`       // calls that wait for their turn

	Memory MemoryUse `json:"memory"`
	CPU    CPUUse    `json:"cpu"`
	Pids   PidsUse   `json:"pids"`
	Disk   DiskUse   `json:"disk"`

	Executions Tally      `json:"executions"`
	LastDeath  *LastDeath `json:"last_death"` // of a kernel, since Totals.Since; null for none
	Sandbox    *Container `json:"sandbox"`    // null where there is none
	// Unknown says why figures are null that a sandbox should have.
	Unknown []string `json:"unknown"`
	// Recent are its latest executions, the newest first, of Inspect alone.
	Recent []Activity `json:"recent,omitempty"`
}

// Activity is an execution without what it ran and gave.
type Activity struct {
	ID      string     `json:"id"`
	Op      Op         `json:"op"`
	Job     bool       `json:"job"`
	Status  Status     `json:"status"`
	Queued  time.Time  `json:"queued"`
	Started *time.Time `json:"started"` // null while it waits
	Ended   *time.Time `json:"ended"`
	Seconds float64    `json:"seconds"` // that it ran
	Timeout float64    `json:"timeout_seconds"`
}

// MemoryUse is a sandbox's memory in bytes. Now leaves out the file cache that
// the host would give up first; Peak is the most that was ever held, cache
// included.
type MemoryUse struct {
	Now   *int64 `json:"bytes"`
	Peak  *int64 `json:"peak_bytes"`
	Limit int64  `json:"limit_bytes"`
}

// CPUUse is a sandbox's work. Cores is the mean since the measurement before,
// null at the first; Seconds is the sum over all cores since it started.
type CPUUse struct {
	Cores   *float64 `json:"cores"`
	Seconds *float64 `json:"seconds"`
	Limit   float64  `json:"limit_cores"`
}

// PidsUse counts a sandbox's processes and threads.
type PidsUse struct {
	Now   *int64 `json:"count"`
	Limit int64  `json:"limit"`
}

// DiskUse is what a session's folder takes. It is measured now and then; files
// that were deleted and are still open are not seen. Complete is false where
// there is more, too many or too deep to count.
type DiskUse struct {
	Bytes    *int64   `json:"bytes"`
	Files    *int64   `json:"files"`
	Complete bool     `json:"complete"`
	Age      *float64 `json:"measured_seconds_ago"`
	Limit    int64    `json:"limit_bytes"`
}

// Tally counts a session's executions that have ended: those that were on record
// when the process began, and all since. Looking at datasets or variables is none.
type Tally struct {
	Ended  int `json:"ended"`
	Jobs   int `json:"jobs"`
	Failed int `json:"failed"` // all that did not complete
}

// add counts an execution that has ended.
func (t *Tally) add(x *execution) {
	if x.run.Op == OpVariables || x.run.Op == OpDatasets {
		return
	}
	t.Ended++
	if x.Job {
		t.Jobs++
	}
	if x.Status != StatusCompleted {
		t.Failed++
	}
}

// LastDeath is the latest end of a session's kernel that nobody had asked for.
type LastDeath struct {
	Cause Cause     `json:"cause"`
	Words string    `json:"words"`
	At    time.Time `json:"at"`
}

// Container is a session's sandbox in the engine's words.
type Container struct {
	State   string    `json:"state"` // as running, paused
	Started time.Time `json:"started"`
	Image   string    `json:"image"`
	Runtime string    `json:"runtime"`
}

// Intervention is what an administrator does to a session.
type Intervention string

// The interventions.
const (
	InterventionInterrupt Intervention = "interrupt" // what runs is cancelled; variables stay
	InterventionReset     Intervention = "reset"     // a fresh kernel; files stay
	InterventionDelete    Intervention = "delete"    // the end of the session and all it has
)

// Intervened is what came of an Intervention.
type Intervened struct {
	ID        string       `json:"id"`
	Owner     string       `json:"owner"`
	SessionID string       `json:"session_id"`
	Action    Intervention `json:"action"`
	Done      string       `json:"done"`      // in words
	Execution string       `json:"execution"` // that was stopped, empty for none
	Pending   bool         `json:"pending"`   // it goes on behind
}
