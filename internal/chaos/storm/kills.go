package storm

import (
	"context"
	"time"
)

const (
	// A kill comes this long after the server is healthy again: from before the
	// first call is answered to several calls and jobs a session.
	leastCalm = 50 * time.Millisecond
	mostCalm  = 1500 * time.Millisecond

	// unrecorded is how long what was answered may not be on record yet: the
	// server's tenth of a second, and what a busy host makes of it.
	unrecorded = time.Second
)

// Kill ends the server as a power cut would, in the middle of the load, and
// starts it again.
func (s *Storm) Kill(ctx context.Context) error {
	s.pause(leastCalm, mostCalm)
	return s.kill(ctx, func() {})
}

func (s *Storm) kill(ctx context.Context, meanwhile func()) error {
	s.log.Note("kill")
	for _, w := range s.workers {
		w.Killed()
	}
	s.Server.Kill()
	s.figures.Kills++
	meanwhile()
	return s.start(ctx)
}

// Remove takes a session's sandbox away from outside.
func (s *Storm) Remove(ctx context.Context) {
	s.pause(leastCalm, mostCalm)
	s.remove(ctx)
}

// KillAndRemove does that while no server is there.
func (s *Storm) KillAndRemove(ctx context.Context) error {
	s.pause(leastCalm, mostCalm)
	recorded := time.Now().Add(-unrecorded)
	return s.kill(ctx, func() {
		if w := s.remove(ctx); w != nil {
			w.Bereft(recorded)
		}
	})
}

// remove removes some session's container, and returns whose; nil for one that
// has none.
func (s *Storm) remove(ctx context.Context) *worker {
	w := s.workers[s.random.IntN(len(s.workers))]
	over := w.Hit()
	name := s.engine.containerOf(w.session)
	if name == "" {
		over(false)
		return nil
	}
	// Without --force: what is not there any more shall be told.
	_, err := docker(ctx, "kill", name)
	over(err == nil)
	s.log.Note("killed the sandbox %s of %s: %v", name, w.session, err)
	if err != nil {
		return nil
	}
	s.figures.Removals++
	_, _ = docker(ctx, "rm", "--force", name) // the server may have done it
	return w
}
