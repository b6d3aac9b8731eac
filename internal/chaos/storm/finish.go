package storm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"power-interpreter/internal/chaos/ledger"
)

const (
	// drainPatience bounds the end of all jobs under way.
	drainPatience = 2 * time.Minute
	// audited are the replies asked for again at the end, a session and kind:
	// fewer in all than a server keeps.
	audited = 100
	// mostSpares is what a server keeps besides its sessions' sandboxes.
	mostSpares = 1
)

// Close ends the load, waits for all that was acknowledged, asks for it once
// more, and removes everything. It returns an error when it could not be
// found out; what must not have been is in the figures.
func (s *Storm) Close(ctx context.Context) (Figures, error) {
	s.Lull()
	drain, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	for _, w := range s.workers {
		s.drain(drain, w)
		w.audit()
	}
	s.count(ctx)
	err := s.Server.Stop()
	err = errors.Join(err, s.Server.Purge(ctx), s.leftovers(ctx))
	for _, w := range s.workers {
		s.faults = append(s.faults, w.Faults()...)
		s.figures.add(w.Counts)
		s.figures.Refusal = max(s.figures.Refusal, w.refusal)
	}
	s.figures.Seed, s.figures.Faults = s.cfg.Seed, s.faults
	s.figures.starts(s.starts)
	s.log.Note("%s", s.figures)
	return s.figures, errors.Join(err, s.closeFiles())
}

// Abort ends everything after an error, as far as it can.
func (s *Storm) Abort() {
	s.stop()
	s.Server.Kill()
	_ = s.closeFiles() // the error that brought us here is the one to tell
}

// drain ends when every job that a notice or an answer named has ended.
func (s *Storm) drain(ctx context.Context, w *worker) {
	for {
		w.settle(ctx)
		w.list() // hears what is yet to be told
		if len(w.Open()) == 0 {
			return
		}
		if ctx.Err() != nil {
			w.Fault("jobs %v never ended", w.Open())
			return
		}
	}
}

// audit asks once more for what had been answered.
func (w *worker) audit() {
	for _, id := range newest(w.Completed()) {
		w.result(id)
	}
	for _, c := range newest(w.Cells()) {
		a, answered := w.ask(context.Background(), "get_job_result", map[string]any{"job_id": c.ID})
		if l, _ := read(a.text); answered && l.Mark != c.Mark && !(c.Unsure && a.record.Status == "lost") {
			w.Fault("the reply of %s (mark %d) is not kept: %.300s", c.ID, c.Mark, a.text)
		}
	}
}

func newest[T string | ledger.Cell](all []T) []T { return all[max(0, len(all)-audited):] }

// count takes the figures of the server while nothing is under way, and wants
// no container that nobody claims.
func (s *Storm) count(ctx context.Context) {
	s.figures.Process = processOf(s.Server.PID())
	found, err := s.engine.sandboxes(ctx)
	if err != nil || len(found) > len(s.workers)+mostSpares {
		s.Fault("%d containers for %d sessions: %v %v", len(found), len(s.workers), found, err)
	}
	if fds := s.figures.Process.Descriptors; fds > mostDescriptors {
		s.Fault("the server holds %d descriptors at rest", fds)
	}
}

// mostDescriptors is far above what a server at rest was seen to hold, 20 to 30
// (/proc/PID/fd), and far below what a leak a kill or a call would make of it.
const mostDescriptors = 80

// leftovers wants nothing of any session left.
func (s *Storm) leftovers(ctx context.Context) error {
	found, err := s.engine.sandboxes(ctx)
	if len(found) > 0 {
		s.Fault("containers are left: %v", found)
	}
	for _, folder := range []string{"claims", "sandboxes"} {
		left, e := os.ReadDir(filepath.Join(s.cfg.DataDir, folder))
		if err = errors.Join(err, e); len(left) > 0 {
			s.Fault("%s holds %v", folder, left)
		}
	}
	if err != nil {
		return fmt.Errorf("looking for leftovers: %w", err)
	}
	return nil
}
