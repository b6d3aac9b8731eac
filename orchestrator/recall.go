package orchestrator

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// past is what an earlier run of this program left unfinished.
type past struct {
	unfinished map[string]Record
	order      []string        // their ids, the oldest first
	ended      map[string]bool // ids of those whose end the store has
	notices    map[Ref][]string
	used       map[Ref]time.Time
	tallies    map[Ref]Tally
	again      []again
}

// again is a job to run that an earlier run of this program had accepted.
type again struct {
	session *session
	record  Record
}

// recall takes a store's memory over.
func (o *Orchestrator) recall(m Memory) *past {
	p := &past{unfinished: map[string]Record{}, ended: map[string]bool{}, notices: m.Notices, used: m.Used, tallies: m.Tallies}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range m.IDs {
		o.ids[id], p.ended[id] = true, true
	}
	for _, r := range m.Unfinished {
		p.unfinished[r.ID] = r
		p.order = append(p.order, r.ID)
		delete(p.ended, r.ID)
	}
	return p
}

// mayBe says whether a runner's word for executions of its session can be true:
// a hostile one could name another session's.
func (o *Orchestrator) mayBe(ref Ref, p *past, ids []string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range ids {
		raw, err := hex.DecodeString(id)
		r, known := p.unfinished[id]
		if err != nil || len(raw) != 4 || known && r.Session != ref || o.executions[id] != nil {
			return false
		}
	}
	return true
}

// take returns a session's unfinished executions, the oldest first, and forgets them.
func (p *past) take(ref Ref) []Record {
	var taken []Record
	for _, id := range p.order {
		if r, left := p.unfinished[id]; left && r.Session == ref {
			taken = append(taken, r)
			delete(p.unfinished, id)
		}
	}
	return taken
}

// takeOver goes on where the earlier run stopped: what the runner has finished
// is recorded, what it runs is waited for, and jobs that had not begun take
// their turn after it. All becomes jobs, for nobody waits any more.
func (o *Orchestrator) takeOver(s *session, k Kernel, p *past) {
	info := k.Info()
	left := map[string]Record{}
	mine := p.take(s.ref)
	for _, r := range mine {
		left[r.ID] = r
	}
	var going, done, waiting []string
	for _, id := range info.Ended {
		if p.ended[id] || id == info.Running { // recorded, and not acknowledged any more
			continue
		}
		if o.resumed(s, k, id, left) {
			done = append(done, id)
		}
	}
	if id := info.Running; id != "" && o.resumed(s, k, id, left) {
		going = append(going, id)
	}
	for _, r := range mine {
		switch _, open := left[r.ID]; {
		case !open:
		// The runner, which lives, has never heard of the others: they have not begun.
		case r.Job && r.Code != "":
			o.requeue(s, r)
			waiting = append(waiting, r.ID)
		default:
			r.Started = time.Time{}
			o.endUnseen(s, r, StatusCancelled)
		}
	}
	o.tell(s, "%s", continued(s.ref.ID, done, going, waiting))
}

func continued(session string, done, going, waiting []string) string {
	words := fmt.Sprintf("the server restarted; session %q has kept its variables", session)
	if len(done) > 0 {
		words += "; code that ended meanwhile has its reply as job " + strings.Join(done, ", ") + " (get_job_result)"
	}
	if len(going) > 0 {
		words += "; code that was running goes on as job " + strings.Join(going, ", ")
	}
	if len(waiting) > 0 {
		words += "; still waiting for their turn: job " + strings.Join(waiting, ", ")
	}
	return words
}

// resumed takes an execution over that the runner knows, as the record has it or
// as a cell of which none was written. It returns false for one that nobody can
// ask for: a query's or a load's caller has gone.
func (o *Orchestrator) resumed(s *session, k Kernel, id string, left map[string]Record) bool {
	r, known := left[id]
	if !known {
		r = Record{Execution: Execution{ID: id, Session: s.ref, Queued: time.Now(), Timeout: o.cfg.Limits.JobTimeoutMax}, Op: OpCell}
	}
	delete(left, id)
	x := o.revive(s, r)
	began := x.Started
	ctx, ok := o.begin(x)
	if !ok {
		close(x.done)
		x.ticket.leave()
		return false
	}
	if !began.IsZero() {
		o.mu.Lock()
		x.Started = began
		o.mu.Unlock()
	}
	o.goOwned(func() {
		defer close(x.done)
		defer x.ticket.leave()
		x.ticket.wait(nil) // those that ended before are recorded first
		outcome, err := k.Resume(ctx, id, sink{o, x})
		o.conclude(x, k, outcome, err)
	})
	return r.Op == OpCell
}

// requeue has a job that had not begun wait for its turn again.
func (o *Orchestrator) requeue(s *session, r Record) {
	r.Started = time.Time{}
	x := o.revive(s, r)
	o.goOwned(func() { o.conduct(x) })
}

// revive makes an execution of a record, in line.
func (o *Orchestrator) revive(s *session, r Record) *execution {
	x := newExecution(s, Run{ID: r.ID, Op: r.Op, Code: r.Code, Timeout: r.Timeout})
	x.Queued, x.Started, x.Job, x.Detached = r.Queued, r.Started, true, r.Detached || !r.Job
	x.ticket = s.line.joinLast()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keep(x)
	return x
}

// lose records executions whose sandbox is gone with whatever became of them.
// Jobs that had not begun run again, in a fresh one.
func (o *Orchestrator) lose(s *session, p *past) {
	var jobs []string
	for _, r := range p.take(s.ref) {
		if r.isUntouched() {
			p.again = append(p.again, again{s, r})
			continue
		}
		o.endUnseen(s, r, StatusLost)
		if r.Op == OpCell {
			jobs = append(jobs, r.ID)
		}
	}
	if len(jobs) > 0 {
		o.tell(s, "the server stopped while code of session %q was running or waiting; what became of it cannot be known: job %s", s.ref.ID, strings.Join(jobs, ", "))
	}
}

// isUntouched says whether a job has surely not begun: its beginning is written
// before the runner hears of it.
func (r Record) isUntouched() bool { return r.Status == StatusQueued && r.Job && r.Code != "" }

// runAgain has the jobs that had not begun wait for their turn.
func (o *Orchestrator) runAgain(p *past) {
	waiting := map[*session][]string{}
	for _, a := range p.again {
		o.requeue(a.session, a.record)
		waiting[a.session] = append(waiting[a.session], a.record.ID)
	}
	for s, ids := range waiting {
		o.tell(s, "the server restarted; jobs of session %q that had not begun run in a fresh kernel: job %s", s.ref.ID, strings.Join(ids, ", "))
	}
}

// endUnseen records an end that nobody saw.
func (o *Orchestrator) endUnseen(s *session, r Record, status Status) {
	x := newExecution(s, Run{ID: r.ID, Op: r.Op, Timeout: r.Timeout})
	x.Execution = r.Execution
	x.Job, x.Status, x.Ended = true, status, time.Now()
	x.output = []byte(r.Reply.Output)
	close(x.done)
	o.mu.Lock()
	defer o.mu.Unlock()
	s.tally.add(x)
	o.keep(x)
}

// loseRest records the executions of sessions that are not there any more. One
// that was so new that it had no sandbox yet is made again for its jobs.
func (o *Orchestrator) loseRest(p *past) {
	var batch Batch
	for _, id := range p.order {
		r, left := p.unfinished[id]
		if !left {
			continue
		}
		if r.isUntouched() {
			if s, err := o.session(r.Session); err == nil {
				o.mu.Lock()
				s.notices, s.tally = p.notices[r.Session], p.tallies[r.Session]
				o.mu.Unlock()
				p.again = append(p.again, again{s, r})
				continue
			}
		}
		r.Status, r.Ended, r.Code = StatusLost, time.Now(), ""
		batch.Executions = append(batch.Executions, r)
	}
	if len(batch.Executions) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(o.life, writeTimeout)
	defer cancel()
	if err := o.cfg.Store.Write(ctx, batch); err != nil {
		o.log.Warn("executions of earlier sessions stay unfinished", "error", AsError(err).Err)
	}
}
