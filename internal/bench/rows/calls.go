package rows

import (
	"context"
	"fmt"
	"sync"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

const (
	step = "x += 1; x" // the cell of a warm call
	zero = "x = 0"

	warmCalls = 400             // of a repetition; the 99th percentile is then the fifth worst
	crowd     = 6               // sessions at once: MAX_SESSIONS by default
	rush      = 3 * time.Second // how long the crowd calls
)

// percentiles are the two figures of many calls.
func percentiles(took []float64, err error) ([]float64, error) {
	return []float64{bench.Median(took), bench.Percentile(took, 0.99)}, err
}

// warmCall is a cell of next to no work in a session that is there.
func warmCall() experiment {
	const floorIs = "a line to a container and back, by attachment"
	return experiment{
		rows: []bench.Row{{
			ID: "call-p50", Label: "x += 1; x by Streamable HTTP, p50", Unit: bench.Seconds, FloorIs: floorIs,
			Goal: bench.Goal{Bound: 1.5e-3},
		}, {
			ID: "call-p99", Label: "x += 1; x by Streamable HTTP, p99", Unit: bench.Seconds, FloorIs: floorIs,
			Goal: bench.Goal{Bound: 6e-3},
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := session(ctx, b, c, "warm"); err != nil {
				return err
			}
			if _, err := b.client.Run(ctx, "warm", zero); err != nil {
				return err
			}
			if err := b.server.Settle(ctx, 1); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				return percentiles(tries(warmCalls, func() (time.Duration, error) {
					return timed(func() error { _, err := b.client.Run(ctx, "warm", step); return err })
				}))
			}
			c.floor = func(ctx context.Context) ([]float64, error) { return echoes(ctx, b) }
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				k, err := all.one(ctx, c, g)
				if err != nil {
					return nil, err
				}
				if _, err := k.Run(zero); err != nil {
					return nil, err
				}
				return percentiles(tries(warmCalls/4, func() (time.Duration, error) {
					return timed(func() error { _, err := k.Run(step); return err })
				}))
			}
			return nil
		},
	}
}

func echoes(ctx context.Context, b *bed) ([]float64, error) {
	echo, err := b.reach(ctx)
	if err != nil {
		return nil, err
	}
	return percentiles(tries(warmCalls, func() (time.Duration, error) {
		return timed(func() error { _, err := echo.Ask(step); return err })
	}))
}

// together is the same by several sessions at once.
func together() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "six-at-once", Label: "six sessions at once, calls a second in all", Unit: bench.Calls,
			Goal: bench.Goal{Against: bench.ThePeer, Bound: 10}, FloorIs: "six forks of IPython, in process",
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			callers, err := callers(ctx, b, c)
			if err != nil {
				return err
			}
			c.ours = func(context.Context) ([]float64, error) { return rate(callers) }
			c.floor = func(ctx context.Context) ([]float64, error) {
				if _, err := b.do(ctx, "run", map[string]any{"code": zero}); err != nil {
					return nil, err
				}
				return b.do(ctx, "together", map[string]any{"code": step, "processes": crowd, "seconds": rush.Seconds()})
			}
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				found, err := all.of(ctx, c, g, crowd)
				if err != nil {
					return nil, err
				}
				calls := make([]func() error, crowd)
				for i, k := range found {
					if _, err := k.Run(zero); err != nil {
						return nil, err
					}
					calls[i] = func() error { _, err := k.Run(step); return err }
				}
				return rate(calls)
			}
			return nil
		},
	}
}

// callers are sessions of the shared server, each with a connection of its own.
func callers(ctx context.Context, b *bed, c *columns) ([]func() error, error) {
	calls := make([]func() error, crowd)
	for i := range calls {
		name := fmt.Sprintf("crowd-%d", i)
		if err := session(ctx, b, c, name); err != nil {
			return nil, err
		}
		client, err := b.server.Connect(ctx)
		if err != nil {
			return nil, err
		}
		c.later(func(context.Context) error { client.Close(); return nil })
		if _, err := client.Run(ctx, name, zero); err != nil {
			return nil, err
		}
		calls[i] = func() error { _, err := client.Run(ctx, name, step); return err }
	}
	return calls, b.server.Settle(ctx, crowd)
}

// rate has all call as often as they can for a while, and returns how many
// calls a second ended.
func rate(calls []func() error) ([]float64, error) {
	var group sync.WaitGroup
	counts, errs := make([]int, len(calls)), make([]error, len(calls))
	began := time.Now()
	for i, call := range calls {
		group.Go(func() {
			for time.Since(began) < rush && errs[i] == nil {
				errs[i] = call()
				counts[i]++
			}
		})
	}
	group.Wait()
	took := time.Since(began)
	total := 0
	for i := range calls {
		if errs[i] != nil {
			return nil, errs[i]
		}
		total += counts[i]
	}
	return []float64{float64(total) / took.Seconds()}, nil
}
