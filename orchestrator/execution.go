package orchestrator

import "time"

// Status is where an execution stands.
type Status string

// The statuses of an execution.
const (
	StatusQueued    Status = "queued"
	StatusRunning   Status = "running"
	StatusCompleted Status = "completed"
	StatusFailed    Status = "failed"    // the code raised, or its kernel died
	StatusTimeout   Status = "timeout"   // interrupted at its timeout
	StatusCancelled Status = "cancelled" // by the caller, a reset or a deletion
	StatusLost      Status = "lost"      // what became of it cannot be known
)

// Ended says whether the status is final.
func (s Status) Ended() bool { return s != StatusQueued && s != StatusRunning }

// Cell is code to run.
type Cell struct {
	Code string
	// Timeout counts from the start of the run.
	Timeout time.Duration
	// Detach is how long a waiting caller is kept before the cell goes on as
	// a job; 0 keeps it to the end.
	Detach time.Duration
}

// Execution is one run of code: a snapshot, safe to keep.
type Execution struct {
	ID      string // 8 hex digits; as a job, its job_id
	Session Ref
	Status  Status
	// Job is true when nobody waits for it: submitted so, or detached.
	Job      bool
	Detached bool
	Queued   time.Time
	Started  time.Time // zero while queued
	Ended    time.Time // zero until Status.Ended
	Timeout  time.Duration
	// Reply is what came of it, so far while it runs.
	Reply Reply
}

// Elapsed is how long it ran, or runs; 0 while queued.
func (e Execution) Elapsed(now time.Time) time.Duration {
	switch {
	case e.Started.IsZero():
		return 0
	case e.Ended.IsZero():
		return now.Sub(e.Started)
	default:
		return e.Ended.Sub(e.Started)
	}
}

// Output is text that code wrote, stdout and stderr in the order written, as a
// terminal would show it in the end. Of a run under way, an Output follows the
// ones before.
type Output struct {
	// Text follows all Text before it and is final.
	Text string
	// Live stands behind all Text so far, after Skipped characters, and may
	// still change: a line not finished, a progress bar. Each Output replaces
	// the Live before it.
	Live    string
	Skipped int64
}

// Reply is everything that an execution gives back.
type Reply struct {
	// Late is what earlier executions' threads and processes wrote after their
	// end and before this one's beginning: Text, and Live behind Skipped
	// characters that were dropped.
	Late Output
	// Output is stdout and stderr in the order written: all of it, or its
	// head, with Tail after Cut characters that were left out.
	Output string
	Tail   string
	Cut    int64
	// OutputFile holds the whole text when something was cut; OutputPartial
	// says that it ends early.
	OutputFile    string
	OutputPartial bool
	// Value is the last expression's value as text, empty for none.
	Value   string
	Failure *Failure
	Death   *Death
	Charts  []Chart
	// Files are those written, changed or renamed, and folders renamed;
	// MoreFiles counts further ones.
	Files     []Artifact
	MoreFiles int
	// Deleted are the paths of files and, with a slash at the end, of folders
	// that were there before and are not any more; MoreDeleted counts others.
	Deleted     []string
	MoreDeleted int
	// FilesUnsure says that more was changed than could be followed.
	FilesUnsure bool
	MoreCharts  int
	// Hits names limits met by processes of the cell: oom, pids, disk.
	Hits []string
}

// Failure is an exception of the caller's code, or an operation the kernel refused.
type Failure struct {
	Name      string // the exception's class
	Message   string
	Traceback string // the caller's frames only, empty for none
	Hint      string // what to do next, where known
}

// Chart is a picture that a cell made.
type Chart struct {
	PNG    []byte // at most 256 KiB and 1568 px on the long edge; empty when it could not be made so
	File   string // the full-size file in the session's folder
	Width  int    // pixels, of PNG
	Height int
	Alt    string // its title, where known
}
