// Package ledger remembers what a server has acknowledged to its clients, and
// holds every later answer against it. It knows nothing of how the server is
// reached.
//
// Each run of code appends a mark of its own to a list in the kernel and to a
// file in the session's folder, and shows both. Marks of a session grow in the
// order in which its one client sent them, and calls of a session run in order:
// so a list must grow, hold every mark that was acknowledged, and hold none
// twice. The kernel's list may only begin anew when a loss was told.
package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Fate is what is known of a mark's run.
type Fate int

// The fates of a run. Only Must and Never are held against the lists.
const (
	Maybe Fate = iota // nothing was acknowledged, or something may have undone it
	Must              // acknowledged: whoever looks later sees it
	Never             // refused: it must not have run
)

// Book is one session's part of the ledger. Its methods may be called by any
// goroutine; those that take a mark or a list belong to the session's client.
type Book struct {
	mu      sync.Mutex
	session string
	life    int          // which of the sessions of this name
	fates   map[int]Fate // of this life's marks; a deletion begins another
	last    int          // the highest mark given out
	memory  []int        // the kernel's list as last seen
	from    int          // its first mark since the last loss, 0 for none
	file    []int        // the file's
	jobs    map[string]*Job
	order   []string         // their ids, the oldest first
	cells   []Cell           // whose replies were seen
	files   map[string]int64 // sizes of those whose upload was acknowledged

	lost     bool           // a loss was told since memory was seen
	provoked bool           // something that may lose variables happened, and no loss was told yet
	hitting  int            // such things under way
	heard    bool           // a loss was told since one of them began
	kills    int            // of the server
	told     map[string]int // words of a loss, by the kills before
	faults   []string
	Counts   Counts
}

// Put says that a file's upload was acknowledged.
func (b *Book) Put(name string, size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[name] = size
	b.Counts.Files++
}

// Listed holds a listing of the session's files against the book.
func (b *Book) Listed(sizes map[string]int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, size := range b.files {
		if got, there := sizes[name]; !there || got != size {
			b.fault("the file %s of %d bytes is not there: %t, %d bytes", name, size, there, got)
		}
	}
}

// Cell is a run whose reply came, under the id of its record.
type Cell struct {
	ID   string
	Mark int
	// Unsure says that its record may be lost with all that could have kept it.
	Unsure bool

	seen time.Time
}

// Cells returns those of this life, the oldest first.
func (b *Book) Cells() []Cell {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.cells)
}

// IsUsed reports whether anything was acknowledged in this life.
func (b *Book) IsUsed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.cells)+len(b.files)+len(b.jobs) > 0
}

// Unanswered counts a call that met the server's end.
func (b *Book) Unanswered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Counts.Unanswered++
}

// Refused counts a call that failed while the suite had given cause.
func (b *Book) Refused() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Counts.Refused++
}

// Counts are figures of what a book has seen.
type Counts struct {
	Cells, Jobs, Files int // acknowledged
	Losses, Repeated   int // told
	Resumed, Lost      int // jobs: named by a notice; lost with a sandbox
	Unanswered         int // calls that met the server's end
	Refused            int // calls refused while the suite had given cause
}

// NewBook opens a session's book.
func NewBook(session string) *Book {
	b := &Book{session: session, told: map[string]int{}}
	b.begin()
	return b
}

func (b *Book) begin() {
	b.life++
	b.fates, b.jobs = map[int]Fate{}, map[string]*Job{}
	b.memory, b.file, b.from, b.lost, b.provoked = nil, nil, 0, false, false
	b.files, b.order, b.cells = map[string]int64{}, nil, nil
	clear(b.told)
}

// Mark returns the next run's mark.
func (b *Book) Mark() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	b.fates[b.last] = Maybe
	return b.last
}

// Settle says what became of a mark's run.
func (b *Book) Settle(mark int, f Fate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fates[mark] = f
}

// Deleted begins the session anew: its deletion was acknowledged.
func (b *Book) Deleted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begin()
}

// Reset says that fresh variables were asked for and acknowledged. What was not
// seen to end by then may have ended before or after.
func (b *Book) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgive()
	b.lost = true
}

// forgive takes back what is held against the lists of runs not ended.
func (b *Book) forgive() {
	for _, j := range b.jobs {
		if !j.ended {
			j.free = true
			b.demote(j.Mark)
		}
	}
}

func (b *Book) demote(mark int) {
	if b.fates[mark] == Must {
		b.fates[mark] = Maybe
	}
}

// Hit says that something which may lose variables begins. The caller calls the
// returned function when it is over, with whether it came to pass.
func (b *Book) Hit() (over func(happened bool)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	life := b.life
	b.hitting++
	b.heard = false
	b.forgive()
	return func(happened bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.hitting--
		if happened && b.life == life {
			b.forgive()
			b.provoked = b.provoked || !b.heard
		}
	}
}

// Bereft says that the server and the sandbox have ended together: what was seen
// to end from then on may have been on its way from the one's memory to the record.
// It may be lost, and is told so.
func (b *Book) Bereft(then time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.cells {
		if b.cells[i].seen.After(then) {
			b.cells[i].Unsure = true
		}
	}
	for _, j := range b.jobs {
		if j.ended && j.seen.After(then) {
			j.unsure = true
		}
	}
}

// Calm says that whatever was hit has been found out: a loss from then on has no
// cause.
func (b *Book) Calm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.provoked = false
}

// isProvoked says whether a loss would be the suite's own doing.
func (b *Book) isProvoked() bool { return b.provoked || b.hitting > 0 }

// Killed counts an end of the server.
func (b *Book) Killed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kills++
}

// loss finds the words with which a loss of variables is told.
var loss = regexp.MustCompile(`variables are (?:lost|gone)|no variables from before`)

// Hear takes a reply's words in, notices and all, and reports whether they tell
// of a loss.
func (b *Book) Hear(words string) bool {
	if !loss.MatchString(words) {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before, again := b.told[words]
	again = again && before < b.kills
	switch {
	case b.isProvoked():
		b.Counts.Losses++
	case b.lost || again || !b.hasRun(): // nothing was there to lose; a notice is taken off the record after its reply
		b.Counts.Repeated++
	default:
		b.fault("a loss was told that nothing had caused: %.300s", words)
	}
	b.told[words] = b.kills
	b.lost, b.provoked, b.heard = true, false, true
	return true
}

// hasRun says whether anything is known to have run in the kernel.
func (b *Book) hasRun() bool {
	for _, j := range b.jobs {
		if j.status == "completed" && j.Mark >= b.from {
			return true
		}
	}
	return len(b.memory) > 0
}

// See holds the two lists, as a run's reply shows them, against the book.
func (b *Book) See(id string, mark int, memory, file []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cells = append(b.cells, Cell{ID: id, Mark: mark, seen: time.Now()})
	b.fates[mark] = Must
	b.Counts.Cells++
	switch {
	case len(memory) == 0 || memory[len(memory)-1] != mark:
		b.fault("the kernel's list ends before mark %d: %s", mark, tail(memory))
	case b.lost:
		b.from = memory[0]
		b.check("the kernel", nil, memory, b.from)
	default:
		b.check("the kernel", b.memory, memory, b.from)
	}
	b.check("the file", b.file, file, 0)
	b.memory, b.file, b.lost = memory, file, false
}

// check wants a list to go on from the one seen before, to grow, and to hold
// each mark that must be in it from the given one on.
func (b *Book) check(where string, before, list []int, from int) {
	if len(list) < len(before) || !slices.Equal(before, list[:len(before)]) {
		b.fault("%s forgot silently: it had %s, now %s", where, tail(before), tail(list))
		return
	}
	for i, mark := range list {
		switch fate, known := b.fates[mark]; {
		case i > 0 && mark <= list[i-1]:
			b.fault("%s has %d after %d: it ran twice or out of turn", where, mark, list[i-1])
		case !known:
			b.fault("%s has %d, which nobody sent to this session", where, mark)
		case fate == Never:
			b.fault("%s has %d, which was refused", where, mark)
		}
	}
	seen := map[int]bool{}
	for _, mark := range list {
		seen[mark] = true
	}
	for mark, fate := range b.fates {
		if fate == Must && mark >= from && !seen[mark] {
			b.fault("%s lost the acknowledged %d silently: %s", where, mark, tail(list))
			b.fates[mark] = Maybe // said once
		}
	}
}

func tail(list []int) string {
	if n := len(list) - 12; n > 0 {
		return fmt.Sprintf("(%d, the last) %v", len(list), list[n:])
	}
	return fmt.Sprint(list)
}

// Fault records what must not be.
func (b *Book) Fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault(format, args...)
}

func (b *Book) fault(format string, args ...any) {
	b.faults = append(b.faults, b.session+": "+fmt.Sprintf(format, args...))
}

// Faults returns what must not have been.
func (b *Book) Faults() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.faults)
}
