package orchestrator

import (
	"context"
	"time"
)

const (
	// ledgerPause lets several changes share one write: a quick cell's beginning
	// and end are one, and of a hundred that share one each costs a quarter.
	// Nobody waits for it who must not (see written).
	ledgerPause = 100 * time.Millisecond
	// ledgerFull is how many executions end the pause: far fewer than a runner
	// keeps results of.
	ledgerFull = 128
	// ledgerRetry is the pause after a write that failed: the disk is full.
	ledgerRetry = time.Second
	// writeTimeout bounds one write; a disk that hangs must not hold us for ever.
	writeTimeout = 30 * time.Second
)

// ledger is what the store has yet to be told. Orchestrator.mu guards it. One
// goroutine writes it, behind the calls: what a runner has delivered stays in
// the runner until it is written here, so that nothing is lost in between.
type ledger struct {
	executions map[*execution]bool
	notices    map[*session]bool
	used       map[*session]bool
	words      map[Ref][]string // for sessions that are not there; none removes them
	gone       []Ref
	waiting    []chan error // who must not go on before the next write
	failing    error        // why the last write failed, nil if it did not
	wake       chan struct{}
	hurry      chan struct{}
}

func newLedger() ledger {
	return ledger{
		executions: map[*execution]bool{}, notices: map[*session]bool{}, used: map[*session]bool{}, words: map[Ref][]string{},
		wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1),
	}
}

// note has an execution written as it then is. The caller holds mu.
func (o *Orchestrator) note(x *execution) {
	if !x.session.deleted {
		o.ledger.executions[x] = true
		signal(o.ledger.wake)
		if len(o.ledger.executions) == ledgerFull {
			signal(o.ledger.hurry)
		}
	}
}

// noteUse has a session's last use written. The caller holds mu.
func (o *Orchestrator) noteUse(s *session) {
	s.used = time.Now()
	if !s.deleted {
		o.ledger.used[s] = true // with the next write; it makes none
	}
}

// noteNotices has a session's notices written. The caller holds mu.
func (o *Orchestrator) noteNotices(s *session) {
	if !s.deleted {
		o.ledger.notices[s] = true
		signal(o.ledger.wake)
	}
}

// noteWord has what waits for a session that is not there written. The caller
// holds mu.
func (o *Orchestrator) noteWord(ref Ref, texts []string) {
	o.ledger.words[ref] = texts
	signal(o.ledger.wake)
}

// noteGone has all of a deleted session forgotten. The caller holds mu.
func (o *Orchestrator) noteGone(s *session) {
	for x := range o.ledger.executions {
		if x.session == s {
			delete(o.ledger.executions, x)
		}
	}
	delete(o.ledger.notices, s)
	delete(o.ledger.used, s)
	o.ledger.gone = append(o.ledger.gone, s.ref)
	signal(o.ledger.wake)
}

// written waits until all that was noted before is in the store, and returns why
// it could not be written.
func (o *Orchestrator) written(ctx context.Context) error {
	done := make(chan error, 1)
	o.mu.Lock()
	o.ledger.waiting = append(o.ledger.waiting, done)
	o.mu.Unlock()
	signal(o.ledger.wake)
	signal(o.ledger.hurry)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-o.ledgerDone:
		return errClosing()
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// keepLedger writes until the orchestrator's end, and then once more. It waits
// before each write, so that a reply goes out first and what follows shares it.
func (o *Orchestrator) keepLedger() {
	defer close(o.ledgerDone)
	for pause := ledgerPause; ; {
		select {
		case <-o.ledger.wake:
		case <-o.life.Done():
			_ = o.writeLedger() // what fails now is not told to anybody
			return
		}
		select {
		case <-time.After(pause):
		case <-o.ledger.hurry:
		case <-o.life.Done():
			continue
		}
		pause = ledgerPause
		if o.writeLedger() != nil {
			pause = ledgerRetry
			signal(o.ledger.wake)
		}
	}
}

// writeLedger writes what was noted, and then frees the runners of it. What
// could not be written is noted again.
func (o *Orchestrator) writeLedger() error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	o.mu.Lock()
	taken := o.ledger
	o.ledger.executions, o.ledger.notices, o.ledger.used = map[*execution]bool{}, map[*session]bool{}, map[*session]bool{}
	o.ledger.words, o.ledger.gone, o.ledger.waiting = map[Ref][]string{}, nil, nil
	batch, written := taken.batch()
	o.mu.Unlock()
	var err error
	if !batch.empty() {
		err = o.cfg.Store.Write(ctx, batch)
	}
	o.mu.Lock()
	o.settleLedger(taken, written, err)
	o.mu.Unlock()
	for _, done := range taken.waiting {
		done <- err
	}
	if err != nil {
		return err
	}
	for _, w := range written {
		if w.ended && w.x.from != nil {
			w.x.from.Acknowledge(w.x.seq)
		}
	}
	return nil
}

// settleLedger notes what became of a write. The caller holds mu.
func (o *Orchestrator) settleLedger(taken ledger, written []writing, err error) {
	before := o.ledger.failing
	o.ledger.failing = err
	if err != nil {
		o.counts.StoreFailed++
		if before == nil {
			o.log.Warn("the record of executions cannot be written; it is tried again", "error", AsError(err).Err)
		}
		o.noteAgain(taken)
		return
	}
	if before != nil {
		o.log.Info("the record of executions can be written again")
	}
	for _, w := range written {
		o.ids[w.x.ID] = true
		w.x.written = w.ended
	}
}

func (o *Orchestrator) noteAgain(taken ledger) {
	for x := range taken.executions {
		o.note(x)
	}
	for s := range taken.notices {
		o.noteNotices(s)
	}
	for s := range taken.used {
		if !s.deleted {
			o.ledger.used[s] = true
		}
	}
	for ref, texts := range taken.words {
		if _, newer := o.ledger.words[ref]; !newer {
			o.ledger.words[ref] = texts
		}
	}
	o.ledger.gone = append(taken.gone, o.ledger.gone...)
}

// writing is an execution in a batch, and whether it had ended by then.
type writing struct {
	x     *execution
	ended bool
}

// batch copies what was noted. The caller holds mu.
func (l ledger) batch() (Batch, []writing) {
	b := Batch{Gone: l.gone, Notices: map[Ref][]string{}, Used: map[Ref]time.Time{}}
	var written []writing
	for x := range l.executions {
		b.Executions = append(b.Executions, x.record())
		written = append(written, writing{x, x.Status.Ended()})
	}
	for ref, texts := range l.words {
		b.Notices[ref] = texts
	}
	for s := range l.notices { // of sessions that are there: they have the last word
		b.Notices[s.ref] = append([]string(nil), s.notices...)
	}
	for s := range l.used {
		b.Used[s.ref] = s.used
	}
	return b, written
}

func (b Batch) empty() bool {
	return len(b.Gone)+len(b.Executions)+len(b.Notices)+len(b.Used) == 0
}

// record is the execution as it is kept. The caller holds mu.
func (x *execution) record() Record {
	r := Record{Execution: x.snapshot(), Op: x.run.Op}
	if x.Job && !x.Status.Ended() {
		r.Code = x.run.Code
	}
	return r
}
