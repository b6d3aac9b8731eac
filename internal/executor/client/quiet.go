package client

import (
	"sync"
	"time"

	"power-interpreter/orchestrator"
)

const (
	// quietTime is how long the word that a session has no notices is good: for the
	// reply to the call that brought it, which asks for them at once.
	quietTime = 100 * time.Millisecond
	// maxQuiet bounds those remembered: of calls whose reply asks for none.
	maxQuiet = 1000
)

// quiet remembers of which sessions the executor has just said that they have
// nothing to be told, which saves the question. It tells nothing later than the
// session's next reply.
type quiet struct {
	mu    sync.Mutex
	since map[orchestrator.Ref]time.Time
}

func (q *quiet) note(ref orchestrator.Ref) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.since == nil || len(q.since) >= maxQuiet {
		q.since = map[orchestrator.Ref]time.Time{}
	}
	q.since[ref] = time.Now()
}

// take says whether it was just said, once.
func (q *quiet) take(ref orchestrator.Ref) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	since, noted := q.since[ref]
	delete(q.since, ref)
	return noted && time.Since(since) < quietTime
}
