// Package journal numbers the runner's events, keeps each until it is
// acknowledged, and writes them out, also anew to an orchestrator that attaches
// again.
package journal

import (
	"errors"
	"sort"
	"sync"

	"power-interpreter/internal/wire"
)

// Bounds of what is kept while nobody acknowledges. Text goes first, since its
// end and its file are kept elsewhere; the rest only when it becomes absurd:
// an execution's charts are at most 50 pictures of 256 KiB, 17 MiB in base64,
// and a result at most 8 MiB.
const (
	softBytes  = 8 << 20
	softEvents = 4096
	hardBytes  = 48 << 20
	hardEvents = 8192
)

// ErrTooLong is returned for an event beyond wire.MaxEvent.
var ErrTooLong = errors.New("event is too long")

// Journal holds the events. Its methods may be called by any goroutine; none
// waits for the stream.
type Journal struct {
	wake chan struct{}

	mu       sync.Mutex
	seq      uint64
	entries  []entry
	bytes    int              // of their lines
	texts    int              // of them are output
	live     uint64           // the entry that the next output or result supersedes, 0 for none
	lost     map[string]int64 // characters of text dropped, by execution without a result yet
	welcome  []byte           // to be written before any event
	next     uint64           // the next event to be written
	attached bool
}

// New makes an empty journal.
func New() *Journal {
	return &Journal{wake: make(chan struct{}, 1), lost: map[string]int64{}}
}

// Append numbers an event and keeps it. It is written once somebody has said
// hello.
func (j *Journal) Append(kind wire.Kind, id string, body any) error {
	f := wire.New(kind, id, body)
	j.mu.Lock()
	defer j.mu.Unlock()
	if kind == wire.KindResult {
		f = addCut(f, j.lost[id])
	}
	f.Seq = j.seq + 1
	line, err := wire.Marshal(f)
	if err != nil {
		return err
	}
	if len(line) > wire.MaxEvent {
		return ErrTooLong
	}
	j.supersede(kind)
	if kind == wire.KindResult {
		delete(j.lost, id)
	}
	j.seq++
	if out, is := body.(wire.Output); is && out.Text == "" {
		j.live = j.seq
	}
	e := entry{seq: f.Seq, kind: kind, id: id, line: line}
	j.entries = append(j.entries, e)
	j.remember(e)
	j.shrink()
	j.signal()
	return nil
}

// Hello answers an orchestrator that has recorded the events up to ack: first
// with welcome, its Seq and Ended filled in, then with every event after ack.
func (j *Journal) Hello(welcome wire.Welcome, ack uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ack(ack)
	welcome.Seq, welcome.Ended = j.seq, j.results()
	line, err := wire.Marshal(wire.New(wire.KindHello, "", welcome))
	if err != nil {
		return // a Welcome always marshals
	}
	j.welcome, j.next, j.attached = line, 0, true
	j.signal()
}

// Ack frees the events up to and including seq.
func (j *Journal) Ack(seq uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ack(seq)
}

func (j *Journal) ack(seq uint64) {
	n := j.find(seq + 1)
	for _, e := range j.entries[:n] {
		j.forget(e)
	}
	kept := copy(j.entries, j.entries[n:])
	clear(j.entries[kept:])
	j.entries = j.entries[:kept]
}

// results names the executions whose results are kept.
func (j *Journal) results() []string {
	var ids []string
	for _, e := range j.entries {
		if e.kind == wire.KindResult {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// find returns the index of the first entry numbered seq or later.
func (j *Journal) find(seq uint64) int {
	return sort.Search(len(j.entries), func(i int) bool { return j.entries[i].seq >= seq })
}

func (j *Journal) signal() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}
