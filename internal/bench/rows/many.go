package rows

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

// smallMemory is what each of many sessions may take.
const smallMemory = "512MiB"

// many is a server full of sessions: what each costs, and whether the last
// ones cost more than the first.
func many(n int) experiment {
	return experiment{
		rows: []bench.Row{
			{ID: "many-memory", Label: fmt.Sprintf("%d sessions: memory of each, idle", n), Unit: bench.Bytes, Goal: bench.Goal{Against: bench.Undecided}},
			{ID: "many-memory-last", Label: "  the last quarter's to the first quarter's", Unit: bench.Times, Goal: bench.Goal{Against: bench.Undecided}},
			{ID: "many-start", Label: "  start of each, one after another", Unit: bench.Seconds, Goal: bench.Goal{Against: bench.Undecided}},
			{ID: "many-start-last", Label: "  the last quarter's to the first quarter's", Unit: bench.Times, Goal: bench.Goal{Against: bench.Undecided}},
			{ID: "many-calls", Label: "  calls a second, all at once", Unit: bench.Calls, Goal: bench.Goal{Against: bench.Undecided}},
			{ID: "many-server", Label: "  memory of the server for each", Unit: bench.Bytes, Goal: bench.Goal{Against: bench.Undecided}},
		},
		open: func(_ context.Context, b *bed, c *columns) error {
			done := false
			var figures []float64
			c.ours = func(ctx context.Context) (_ []float64, err error) {
				if !done { // minutes: once is enough
					figures, err = full(ctx, b, n)
					done = true
				}
				return figures, err
			}
			return nil
		},
	}
}

// full fills a server of its own and measures it.
func full(ctx context.Context, b *bed, n int) (_ []float64, err error) {
	s, err := b.engine.StartServer(ctx, b.path, 0, "MAX_SESSIONS="+strconv.Itoa(n), "SESSION_MEMORY="+smallMemory)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	client, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var starts, memories []float64
	before, err := s.Memory()
	if err != nil {
		return nil, err
	}
	for i := range n {
		took, err := timed(func() error { return greet(ctx, client, name(i)) })
		if err != nil {
			return nil, err
		}
		starts = append(starts, took.Seconds())
		if err := s.Settle(ctx, i+1); err != nil {
			return nil, err
		}
		taken, err := s.SandboxesMemory(ctx)
		if err != nil {
			return nil, err
		}
		memories = append(memories, taken)
	}
	after, err := s.Memory()
	if err != nil {
		return nil, err
	}
	calls, err := atOnce(ctx, s, n)
	return []float64{
		memories[n-1] / float64(n), ends(steps(memories)), bench.Median(starts), ends(starts), calls, (after - before) / float64(n),
	}, err
}

func name(i int) string { return fmt.Sprintf("many-%d", i) }

// steps are what each adds to the sum so far.
func steps(sums []float64) []float64 {
	added, last := make([]float64, len(sums)), 0.0
	for i, sum := range sums {
		added[i], last = sum-last, sum
	}
	return added
}

// ends is the median of the last quarter as a multiple of the first's.
func ends(figures []float64) float64 {
	quarter := max(1, len(figures)/4)
	return bench.Median(figures[len(figures)-quarter:]) / bench.Median(figures[:quarter])
}

// atOnce has all sessions call at once: every one of them must answer.
func atOnce(ctx context.Context, s *lab.Server, n int) (float64, error) {
	calls := make([]func() error, n)
	var wait sync.WaitGroup
	errs := make([]error, n)
	began := time.Now()
	for i := range n {
		client, err := s.Connect(ctx)
		if err != nil {
			return 0, err
		}
		defer client.Close()
		calls[i] = func() error { return greet(ctx, client, name(i)) }
		wait.Go(func() { errs[i] = calls[i]() })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, fmt.Errorf("after %v: %w", time.Since(began).Round(time.Second), err)
	}
	got, err := rate(calls)
	if err != nil {
		return 0, err
	}
	return got[0], nil
}
