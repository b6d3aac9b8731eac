// Command chaos keeps a server under mixed load while it is killed and its
// world breaks, and holds everything that it acknowledged against a ledger. It
// is run from the top of the repository, by make chaos.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"power-interpreter/internal/chaos/storm"
)

// flags are what a caller may choose.
type flags struct {
	kills    int
	removals int
	seed     uint64
	sessions int
	program  string
	logs     string
	engine   string
	data     string
	soak     int
	made     int
	clock    bool
}

func main() {
	var f flags
	flag.IntVar(&f.kills, "kills", 50, "how often the server is killed")
	flag.IntVar(&f.removals, "removals", 10, "how often a sandbox is killed from outside")
	flag.Uint64Var(&f.seed, "seed", 0, "of the load and the pauses; 0 draws one")
	flag.IntVar(&f.sessions, "sessions", 4, "how many clients, each with a session")
	flag.StringVar(&f.program, "program", "bin/power-interpreter", "the server")
	flag.StringVar(&f.logs, "logs", ".cache/chaos", "folder for the record of actions and the server's log")
	flag.StringVar(&f.engine, "engine", "", "script that starts and stops the engine of DOCKER_HOST, which is nobody else's; none leaves the engine alone")
	flag.StringVar(&f.data, "data", "", "a small file system, which -engine's acts fill, for the data folder; none is the folder for temporary files")
	flag.IntVar(&f.soak, "soak", 0, "calls of a soak, instead of chaos")
	flag.IntVar(&f.made, "made", 200, "sessions that a soak makes and deletes")
	flag.BoolVar(&f.clock, "clock", false, "set this machine's clock hours on and hours back for some seconds each; it needs root, and a machine that nobody else uses")
	flag.Parse()
	if f.seed == 0 {
		f.seed = 1 + uint64(rand.Int64N(1_000_000))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ok, err := run(ctx, f)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run prints the figures and what must not have been; ok is whether nothing was.
func run(ctx context.Context, f flags) (ok bool, err error) {
	program, err := filepath.Abs(f.program)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp(f.data, "power-interpreter-chaos-")
	if err != nil {
		return false, err
	}
	fmt.Printf("chaos: seed %d, logs in %s\n", f.seed, f.logs)
	began := time.Now()
	s, err := storm.Begin(ctx, storm.Config{Program: program, DataDir: dir, LogDir: f.logs, Seed: f.seed, Sessions: f.sessions})
	if err != nil {
		return false, err
	}
	if err := f.play(ctx, s); err != nil {
		s.Abort()
		return false, fmt.Errorf("%w\nsandboxes may be left: SANDBOX_DATA_DIR=%s %s sessions purge", err, dir, f.program)
	}
	figures, err := s.Close(ctx)
	for _, fault := range figures.Faults {
		fmt.Println("FAULT", fault)
	}
	fmt.Printf("%s; %.0f s\n", figures, time.Since(began).Seconds())
	if err != nil {
		return false, err
	}
	return len(figures.Faults) == 0, os.RemoveAll(dir)
}

// play goes through the acts.
func (f flags) play(ctx context.Context, s *storm.Storm) error {
	if f.soak > 0 {
		return s.Soak(ctx, f.soak, f.made)
	}
	for n := range f.kills {
		act := s.Kill
		if f.removals > 0 && n%max(1, f.kills/f.removals) == 0 {
			act = s.KillAndRemove
			if n%2 == 0 {
				s.Remove(ctx)
			}
		}
		if err := act(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if f.clock {
		if err := s.TurnClock(ctx); err != nil {
			return err
		}
	}
	if f.engine == "" {
		return nil
	}
	if err := s.BreakEngine(ctx, f.engine); err != nil {
		return err
	}
	if err := s.PauseSandbox(ctx); err != nil {
		return err
	}
	return s.FillDisk(ctx)
}
