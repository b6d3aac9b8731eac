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

// many is a server full of sessions: all of them answer at once, and what each
// costs, quarter by quarter, shows whether the last ones cost more than the
// first. The sessions of a quarter begin at once: one after another, each
// would wait for the last one's imports, on one core.
func many(n int) experiment {
	// Of another number of sessions they are other rows, not to be compared.
	id := func(what string) string { return fmt.Sprintf("many-%d-%s", n, what) }
	none := bench.Goal{Against: bench.Undecided}
	rows := []bench.Row{
		{ID: id("answers"), Label: fmt.Sprintf("%d sessions, all calling at once", n), Unit: bench.Answers, Goal: bench.Goal{Bound: float64(n)}},
		{ID: id("calls"), Label: "  calls a second in all", Unit: bench.Calls, Goal: none},
		{ID: id("server"), Label: "  memory of the server for each", Unit: bench.Bytes, Goal: none},
	}
	for _, cost := range []struct {
		id, label string
		unit      bench.Unit
	}{
		{"memory", "memory of each, idle", bench.Bytes},
		{"work", "processor time of each, with its imports", bench.Seconds},
		{"start", "time to the first answers, by their number", bench.Seconds},
	} {
		from := 1
		for _, to := range bench.Quarters(n) {
			rows = append(rows, bench.Row{
				ID: fmt.Sprintf("%s-%d", id(cost.id), to), Label: fmt.Sprintf("  %d–%d: %s", from, to, cost.label), Unit: cost.unit, Goal: none,
			})
			from = to + 1
		}
	}
	return experiment{rows: rows, open: func(_ context.Context, b *bed, c *columns) error {
		var figures []float64
		c.ours = func(ctx context.Context) (_ []float64, err error) {
			if figures == nil { // minutes: once is enough
				figures, err = full(ctx, b, n)
			}
			return figures, err
		}
		return nil
	}}
}

// full fills a server of its own and measures it: the figures of many's rows.
func full(ctx context.Context, b *bed, n int) (_ []float64, err error) {
	s, err := b.engine.StartServer(ctx, b.path, 0, "MAX_SESSIONS="+strconv.Itoa(n), "SESSION_MEMORY="+smallMemory)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	before, err := s.Memory()
	if err != nil {
		return nil, err
	}
	clients, err := connect(ctx, s, n)
	defer func() {
		for _, c := range clients {
			c.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	costs, err := fill(ctx, s, clients)
	if err != nil {
		return nil, err
	}
	after, err := s.Memory()
	if err != nil {
		return nil, err
	}
	if err := greetAll(ctx, clients, 0); err != nil {
		return nil, err
	}
	calls, err := rate(greetings(ctx, clients))
	if err != nil {
		return nil, err
	}
	return append([]float64{float64(n), calls[0], (after - before) / float64(n)}, costs...), nil
}

// connect returns a client for each of n sessions; those made come back also
// beside an error.
func connect(ctx context.Context, s *lab.Server, n int) ([]*lab.Client, error) {
	var clients []*lab.Client
	for range n {
		c, err := s.Connect(ctx)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}

// fill begins the sessions, a quarter at a time, and returns what each of a
// quarter's cost: in memory, in processor time, and in time to its answer.
func fill(ctx context.Context, s *lab.Server, clients []*lab.Client) ([]float64, error) {
	counts := bench.Quarters(len(clients))
	var memories, works, waits []float64
	begun, waited := 0, 0.0
	for _, count := range counts {
		took, err := timed(func() error { return greetAll(ctx, clients[:count], begun) })
		if err != nil {
			return nil, err
		}
		if err := s.Settle(ctx, count); err != nil {
			return nil, err
		}
		memory, work, err := s.SandboxesUse(ctx)
		if err != nil {
			return nil, err
		}
		begun, waited = count, waited+took.Seconds()
		memories, works, waits = append(memories, memory), append(works, work.Seconds()), append(waits, waited)
	}
	costs := bench.Added(counts, memories, 0)
	costs = append(costs, bench.Added(counts, works, 0)...)
	return append(costs, bench.Added(counts, waits, 0)...), nil
}

// greetings are each client's call, in a session of its own.
func greetings(ctx context.Context, clients []*lab.Client) []func() error {
	calls := make([]func() error, len(clients))
	for i, c := range clients {
		calls[i] = func() error { return greet(ctx, c, fmt.Sprintf("many-%d", i)) }
	}
	return calls
}

// greetAll has all clients from one on call at once: every one must be
// answered.
func greetAll(ctx context.Context, clients []*lab.Client, from int) error {
	calls := greetings(ctx, clients)[from:]
	errs := make([]error, len(calls))
	began := time.Now()
	var group sync.WaitGroup
	for i, call := range calls {
		group.Go(func() { errs[i] = call() })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%d at once, after %v: %w", len(calls), time.Since(began).Round(time.Second), err)
	}
	return nil
}
