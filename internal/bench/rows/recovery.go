package rows

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

const (
	die  = "import os; os.kill(os.getpid(), 9)"
	busy = "while True: pass"
	// underWay is how long a loop runs before it is interrupted: long enough to
	// be in it on any machine.
	underWay = 100 * time.Millisecond
)

// recovery is one way in which a session comes back to a first result.
func recovery(row bench.Row, name string, floor func(*bed) measure, ours func(ctx context.Context, b *bed) (time.Duration, error), peers int, peer func(ctx context.Context, k *lab.Kernel) (time.Duration, error)) experiment {
	row.Unit = bench.Seconds
	return experiment{
		rows: []bench.Row{row},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := session(ctx, b, c, name); err != nil {
				return err
			}
			if err := b.server.Settle(ctx, 1); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				return median(9, func() (time.Duration, error) { return ours(ctx, b) })
			}
			c.floor = floor(b)
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				k, err := all.one(ctx, c, g)
				if err != nil {
					return nil, err
				}
				return median(peers, func() (time.Duration, error) { return peer(ctx, k) })
			}
			return nil
		},
	}
}

// reset is from the wish for a fresh kernel to its first result.
func reset() experiment {
	return recovery(
		bench.Row{ID: "reset", Label: "reset to first result", FloorIs: forkIs, Goal: bench.Goal{Against: bench.TheFloor, Bound: 2.5}},
		"reset", forks,
		func(ctx context.Context, b *bed) (time.Duration, error) {
			return timed(func() error {
				if _, err := b.client.Do(ctx, "reset_session", map[string]any{"session_id": "reset"}); err != nil {
					return err
				}
				_, err := b.client.Run(ctx, "reset", hello)
				return err
			})
		},
		3, func(ctx context.Context, k *lab.Kernel) (time.Duration, error) {
			return timed(func() error {
				if err := k.Restart(ctx); err != nil {
					return err
				}
				if err := k.Connect(ctx); err != nil {
					return err
				}
				return greetPeer(k)
			})
		})
}

// death is from a cell that kills its kernel to the next cell's result: the
// dying counts too.
func death() experiment {
	return recovery(
		bench.Row{ID: "death", Label: "kernel killed by its cell to next result", FloorIs: forkIs, Goal: bench.Goal{Against: bench.TheFloor, Bound: 5}},
		"death", forks,
		func(ctx context.Context, b *bed) (time.Duration, error) {
			return timed(func() error {
				r, err := b.client.Call(ctx, "execute_code", map[string]any{"session_id": "death", "code": die})
				if err != nil {
					return err
				}
				if !r.IsError {
					return fmt.Errorf("the kernel survived: %.200s", r.Text())
				}
				_, err = b.client.Run(ctx, "death", hello)
				return err
			})
		},
		1, func(_ context.Context, k *lab.Kernel) (time.Duration, error) {
			return timed(func() error {
				if _, err := k.Send(die); err != nil {
					return err
				}
				if err := k.Await("restarting"); err != nil {
					return err
				}
				return greetPeer(k)
			})
		})
}

// interrupt is from the wish to stop a busy loop to the next cell's result.
func interrupt() experiment {
	floor := func(b *bed) measure { return floorMedian(b, "interrupt", map[string]any{"times": 5}) }
	return recovery(
		bench.Row{ID: "interrupt", Label: "interrupt of a busy loop to next result", FloorIs: "SIGINT to IPython, and its next cell, in process", Goal: bench.Goal{Bound: 6e-3}},
		"interrupt", floor, interrupted,
		3, func(ctx context.Context, k *lab.Kernel) (time.Duration, error) {
			id, err := k.Send(busy)
			if err != nil {
				return 0, err
			}
			time.Sleep(underWay)
			return timed(func() error {
				if err := k.Interrupt(ctx); err != nil {
					return err
				}
				if _, err := k.Finish(id); err != nil {
					return err
				}
				return greetPeer(k)
			})
		})
}

func interrupted(ctx context.Context, b *bed) (time.Duration, error) {
	r, err := b.client.Do(ctx, "submit_job", map[string]any{"session_id": "interrupt", "code": busy})
	if err != nil {
		return 0, err
	}
	var job struct {
		ID string `json:"job_id"`
	}
	if err := json.Unmarshal(r.Structured, &job); err != nil {
		return 0, err
	}
	time.Sleep(underWay)
	return timed(func() error {
		if _, err := b.client.Do(ctx, "cancel_job", map[string]any{"job_id": job.ID}); err != nil {
			return err
		}
		_, err := b.client.Run(ctx, "interrupt", hello)
		return err
	})
}
