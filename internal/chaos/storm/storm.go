// Package storm keeps a server under mixed load while it is killed and its world
// breaks, and holds all that it acknowledged against a ledger.
package storm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"power-interpreter/internal/chaos/ledger"
)

// detachAfter is the server's patience with a cell: short, so that some outlive it.
const detachAfter = "1s"

// Config says what a storm is made of.
type Config struct {
	Program string // the server's binary
	DataDir string // absolute; the storm leaves it empty of sessions
	LogDir  string // gets actions.log and server.log
	// Seed of all that is left to chance. What the server does meanwhile is not:
	// the same seed is the same load and the same pauses, not the same moments.
	Seed     uint64
	Sessions int
}

// Storm is a load under way on a server. The caller ends it with Close.
type Storm struct {
	Server *Server
	cfg    Config
	log    *Log
	engine engine
	random *rand.Rand
	files  []*os.File

	workers []*worker
	trouble atomic.Int32
	stop    context.CancelFunc
	working sync.WaitGroup
	starts  []time.Duration
	figures Figures
	faults  []string
}

// Begin starts the server and the load.
func Begin(ctx context.Context, cfg Config) (*Storm, error) {
	if err := os.MkdirAll(cfg.LogDir, 0o755); err != nil {
		return nil, err
	}
	s := &Storm{cfg: cfg, engine: engine{cfg.DataDir}, random: chance(cfg.Seed, 0), stop: func() {}}
	actions, err := s.file("actions.log")
	if err != nil {
		return nil, err
	}
	serverLog, err := s.file("server.log")
	if err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	s.log = NewLog(actions)
	s.log.Note("seed %d", cfg.Seed)
	s.Server, err = NewServer(cfg.Program, cfg.DataDir, serverLog, "DETACH_AFTER="+detachAfter, fmt.Sprintf("MAX_SESSIONS=%d", cfg.Sessions+1))
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	for i := range cfg.Sessions {
		name := fmt.Sprintf("chaos-%d", i+1)
		s.workers = append(s.workers, &worker{
			Book: ledger.NewBook(name), session: name, server: s.Server, wire: newWire(s.Server.address),
			random: chance(cfg.Seed, uint64(i+1)), log: s.log, trouble: s.inTrouble,
		})
	}
	s.Blow()
	return s, nil
}

func chance(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

func (s *Storm) file(name string) (*os.File, error) {
	f, err := os.Create(filepath.Join(s.cfg.LogDir, name))
	if err == nil {
		s.files = append(s.files, f)
	}
	return f, err
}

func (s *Storm) closeFiles() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// Blow lets the load go on until Lull.
func (s *Storm) Blow() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	for _, w := range s.workers {
		s.working.Go(func() { w.run(ctx) })
	}
}

// Lull stops the load; calls under way come to their end.
func (s *Storm) Lull() {
	s.stop()
	s.working.Wait()
}

func (s *Storm) inTrouble() bool { return s.trouble.Load() > 0 }

func (s *Storm) start(ctx context.Context) error {
	took, err := s.Server.Start(ctx)
	s.log.Note("server up after %v: %v", took, err)
	s.starts = append(s.starts, took)
	return err
}

// Fault records what must not be.
func (s *Storm) Fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
	s.log.Note("FAULT "+format, args...)
}

// pause waits between the bounds, by chance.
func (s *Storm) pause(least, most time.Duration) {
	time.Sleep(least + time.Duration(s.random.Int64N(int64(most-least))))
}
