package storm

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	// noticed bounds how long /health may take to tell that something is away,
	// or back: its own check waits 4 s for an engine that hangs.
	noticed = 10 * time.Second
	// away is how long the engine stays away: several calls of each session.
	away = 6 * time.Second
)

// An act breaks something for a while under load, sees that /health tells, and
// mends it. Afterwards everything must work again by itself.
type act struct {
	name  string
	begin func(ctx context.Context) error
	end   func(ctx context.Context) error
	told  bool // /health must tell of it
	fatal bool // it may end sandboxes
}

// BreakEngine ends and hangs the engine; script starts and stops it.
func (s *Storm) BreakEngine(ctx context.Context, script string) error {
	do := func(action string) func(context.Context) error {
		return func(ctx context.Context) error {
			out, err := exec.CommandContext(ctx, script, "engine", action).CombinedOutput()
			if err != nil {
				return fmt.Errorf("%s engine %s: %w: %s", script, action, err, out)
			}
			return nil
		}
	}
	for _, a := range []act{
		{"the engine stopped", do("stop"), do("start"), true, true},
		{"the engine killed", do("kill"), do("start"), true, true},
		{"the engine hung", do("hang"), do("resume"), true, false},
	} {
		if err := s.play(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// FillDisk fills the file system of the data folder from outside.
func (s *Storm) FillDisk(ctx context.Context) error {
	name := filepath.Join(s.cfg.DataDir, "filler")
	return s.play(ctx, act{name: "the disk full", told: true,
		begin: func(context.Context) error { return fill(name) },
		end:   func(context.Context) error { return os.Remove(name) },
	})
}

// fill writes until nothing more fits.
func fill(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	for chunk := make([]byte, 1<<20); len(chunk) >= 1; {
		if _, err := f.Write(chunk); err != nil {
			chunk = chunk[:len(chunk)/2]
		}
	}
	return f.Close()
}

// pauseTries bounds how often a pause is tried: runc gives up freezing processes
// that fork meanwhile ("unable to freeze").
const pauseTries = 20

// PauseSandbox stops a session's processes from outside: somebody must notice.
func (s *Storm) PauseSandbox(ctx context.Context) error {
	w := s.workers[0]
	s.Lull()
	w.cell(sleep(0)) // it has a sandbox
	name := s.engine.containerOf(w.session)
	_, err := docker(ctx, "pause", name)
	for n := 0; err != nil && n < pauseTries; n++ {
		_, err = docker(ctx, "pause", name)
	}
	for began := time.Now(); err == nil; time.Sleep(healthPause) {
		var state string
		state, err = docker(ctx, "inspect", "--format", "{{.State.Status}}", name)
		if state == "running" {
			s.log.Note("a paused sandbox went on after %d ms", time.Since(began).Milliseconds())
			break
		}
		if time.Since(began) > noticed {
			s.Fault("a sandbox that was paused from outside is %q after %v", state, noticed)
			_, err = docker(ctx, "unpause", name)
			break
		}
	}
	w.cell(sleep(0))
	s.figures.Acts++
	s.Blow()
	return err
}

func (s *Storm) play(ctx context.Context, a act) error {
	s.log.Note("ACT %s", a.name)
	s.trouble.Add(1)
	var overs []func(bool)
	for _, w := range s.workers {
		overs = append(overs, w.Hit())
	}
	began := time.Now()
	if err := a.begin(ctx); err != nil {
		return err
	}
	if a.told {
		s.awaitHealth(ctx, a.name, http.StatusServiceUnavailable)
	}
	select {
	case <-time.After(max(0, away-time.Since(began))):
	case <-ctx.Done():
	}
	if err := a.end(ctx); err != nil {
		return err
	}
	s.awaitHealth(ctx, a.name+", mended", http.StatusOK)
	// Calls that were under way then may still end by it.
	s.Lull()
	for i, w := range s.workers {
		s.drain(ctx, w)
		overs[i](a.fatal)
	}
	s.trouble.Add(-1)
	for _, w := range s.workers {
		w.cell(sleep(0)) // must work, and has told of any loss
		w.Calm()
	}
	s.figures.Acts++
	s.Blow()
	return nil
}

// awaitHealth waits until /health says so.
func (s *Storm) awaitHealth(ctx context.Context, what string, want int) {
	began := time.Now()
	for {
		status, body := s.Server.Health(ctx)
		if status == want {
			s.log.Note("health, %s: %d after %d ms: %s", what, status, time.Since(began).Milliseconds(), body)
			return
		}
		if time.Since(began) > noticed || ctx.Err() != nil {
			s.Fault("%s: /health says %d after %v, not %d: %s", what, status, noticed, want, strings.TrimSpace(body))
			return
		}
		time.Sleep(healthPause)
	}
}
