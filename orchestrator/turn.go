package orchestrator

import (
	"slices"
	"sync"
)

// maxWaiting bounds the calls that wait on one session: a client that floods
// it is refused, not queued without end.
const maxWaiting = 200

// line orders the calls of one session by their arrival. A call that needs the
// kernel waits for every call before it; one that only writes files waits for
// the file calls before it, so that an upload need not wait for an hour's job
// and yet the cell after it sees the file.
type line struct {
	mu      sync.Mutex
	tickets []*ticket
}

type ticket struct {
	line   *line
	kernel bool
	files  bool // writes files, and later calls that do wait for it even if it has the kernel's place
	before []*ticket
	left   chan struct{}
}

// join takes a place at the end, or returns nil when too many wait.
func (l *line) join(kernel bool) *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tickets) >= maxWaiting {
		return nil
	}
	return l.append(kernel)
}

// joinFiles is join for a call that writes files; it needs the kernel's place
// where the session has no folder yet.
func (l *line) joinFiles(kernel bool) *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tickets) >= maxWaiting {
		return nil
	}
	t := l.append(kernel)
	t.files = true
	return t
}

// joinLast takes a place at the end, however many wait.
func (l *line) joinLast() *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.append(true)
}

// joinEmpty takes the kernel's place if nobody is in line, else returns nil.
func (l *line) joinEmpty() *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tickets) > 0 {
		return nil
	}
	return l.append(true)
}

// joinFree takes the kernel's place if nobody has it or waits for it, else
// returns nil. Those that only write files go on beside it.
func (l *line) joinFree() *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.tickets, func(t *ticket) bool { return t.kernel }) {
		return nil
	}
	t := &ticket{line: l, kernel: true, left: make(chan struct{})}
	l.tickets = append(l.tickets, t)
	return t
}

func (l *line) append(kernel bool) *ticket {
	t := &ticket{line: l, kernel: kernel, left: make(chan struct{})}
	for _, earlier := range l.tickets {
		if kernel || !earlier.kernel || earlier.files {
			t.before = append(t.before, earlier)
		}
	}
	l.tickets = append(l.tickets, t)
	return t
}

// waiting counts those in line, the one whose turn it is included.
func (l *line) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.tickets)
}

// wait returns true when it is the ticket's turn, false when stop closes first.
func (t *ticket) wait(stop <-chan struct{}) bool {
	for _, earlier := range t.before {
		select {
		case <-earlier.left:
		case <-stop:
			return false
		}
	}
	t.before = nil
	return true
}

// leave gives the place up, its turn over or never come.
func (t *ticket) leave() {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	if i := slices.Index(t.line.tickets, t); i >= 0 {
		t.line.tickets = slices.Delete(t.line.tickets, i, i+1)
		close(t.left)
	}
}
