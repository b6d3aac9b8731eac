package orchestrator

import (
	"context"
	"time"
)

// Store remembers, across runs of this program, what claims do not say: the
// executions with their replies, the notices not yet told, and when a session
// was last used. Claims are the truth of what sessions there are; a store that
// is lost costs no session and no file.
type Store interface {
	// Load returns what a start needs to know.
	Load(ctx context.Context) (Memory, error)
	// Write does all of a batch or nothing. After a nil error it outlives this
	// process; after a power cut the last moments may be missing.
	Write(ctx context.Context, b Batch) error
	// Execution returns an execution of the owner with its whole reply; false
	// for none.
	Execution(ctx context.Context, owner, id string) (Record, bool, error)
	// Prune forgets ended executions beyond the bounds, the oldest first, and
	// returns their ids.
	Prune(ctx context.Context, b StoreBounds) ([]string, error)
}

// Record is an execution as it is kept.
type Record struct {
	Execution
	Op Op
	// Code is kept until a job has ended, and no longer: a start may find that
	// its runner has never heard of it.
	Code string
}

// Batch is what changed since the last one.
type Batch struct {
	// Gone are sessions that were deleted: all of theirs goes, before the rest
	// of the batch is written.
	Gone       []Ref
	Executions []Record         // anew, or over what there was
	Notices    map[Ref][]string // all that wait; none removes them
	Used       map[Ref]time.Time
}

// Memory is what a store knows at a start.
type Memory struct {
	IDs        []string // of all executions kept
	Unfinished []Record // queued or running when last written, the oldest first
	Notices    map[Ref][]string
	Used       map[Ref]time.Time
	Tallies    map[Ref]Tally // of the ended executions that are kept
}

// StoreBounds bound what is kept.
type StoreBounds struct {
	Before time.Time // executions that ended earlier go
	Jobs   int       // at most so many jobs
	Others int       // and so many executions that were no jobs
	Bytes  int64     // of all replies
}
