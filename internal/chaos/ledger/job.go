package ledger

import "time"

// Job is an execution whose id was told.
type Job struct {
	ID   string
	Mark int // 0 while not known: a notice names ids alone

	ended  bool
	free   bool   // it may end otherwise than completed: the suite has done something to it
	status string // its end
	seen   time.Time
	unsure bool // its record may be lost
}

// Submitted says that a mark's run was acknowledged as a job. From then on it
// must complete, and be seen by the runs after it, unless the suite undoes that.
func (b *Book) Submitted(id string, mark int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if other := b.jobs[id]; other != nil && other.Mark != 0 && other.Mark != mark {
		b.fault("job id %s was given twice", id)
	}
	b.enter(&Job{ID: id, Mark: mark, free: b.isProvoked()})
	b.Counts.Jobs++
	if !b.isProvoked() {
		b.fates[mark] = Must
	}
}

// Named says that a notice names a job: a run without an answer goes on as one,
// or, if lost, what became of it cannot be known. One that had an answer is held
// to that.
func (b *Book) Named(id string, lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.jobs[id] == nil {
		b.enter(&Job{ID: id, free: lost || b.isProvoked()})
		b.Counts.Resumed++
	}
}

func (b *Book) enter(j *Job) {
	if b.jobs[j.ID] == nil {
		b.order = append(b.order, j.ID)
	}
	b.jobs[j.ID] = j
}

// Cancelling says that a job's cancellation is asked for.
func (b *Book) Cancelling(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if j := b.jobs[id]; j != nil && !j.ended {
		j.free = true
		b.demote(j.Mark)
	}
}

// Free says that a job may fail for what the suite does meanwhile.
func (b *Book) Free(id string) { b.Cancelling(id) }

// Open returns the ids of the jobs not seen to end, the oldest first.
func (b *Book) Open() []string {
	return b.ids(func(j *Job) bool { return !j.ended })
}

// Completed returns the ids of the jobs whose whole reply was seen, the oldest first.
func (b *Book) Completed() []string {
	return b.ids(func(j *Job) bool { return j.status == "completed" })
}

func (b *Book) ids(want func(*Job) bool) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []string
	for _, id := range b.order {
		if want(b.jobs[id]) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Ended holds a job's end against the book: mark is the one in its reply, 0 for
// none, and words are the reply's. It may be called again with the same end.
func (b *Book) Ended(id, status string, mark int, words string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.jobs[id]
	if j == nil {
		return
	}
	if j.Mark == 0 {
		j.Mark = mark
	}
	if _, known := b.fates[j.Mark]; j.Mark != 0 && !known {
		b.fault("job %s replies with %d, which nobody sent to this session", id, j.Mark)
	}
	switch {
	case j.unsure && status == "lost":
		return
	case status == "completed" && (mark == 0 || mark != j.Mark):
		b.fault("job %s completed with the mark %d in its reply, not %d", id, mark, j.Mark)
	case status != "completed" && !j.free:
		b.fault("job %s (mark %d) ended %s, and nothing had caused that: %.500s", id, j.Mark, status, words)
	case j.ended && j.status != status:
		b.fault("job %s had ended %s and is now %s", id, j.status, status)
	}
	if status == "completed" && j.Mark != 0 {
		b.fates[j.Mark] = Must
	}
	if !j.ended && status == "lost" {
		b.Counts.Lost++
	}
	if !j.ended {
		j.seen = time.Now()
	}
	j.ended, j.status = true, status
}

// Missing says that the server does not know a job.
func (b *Book) Missing(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if j := b.jobs[id]; j != nil {
		b.fault("job %s (mark %d, %s) is not known any more", id, j.Mark, j.status)
		j.ended = true
	}
}
