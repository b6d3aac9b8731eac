package rows

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

const (
	flood  = 10 << 20 // bytes printed
	screed = "print(('x' * 79 + '\\n') * (10485760 // 80), end='')"

	// group is real work: a million rows into a thousand groups. It says how
	// long it took by its own clock.
	group = `import time
began = time.perf_counter()
frame.groupby("key")["value"].agg(["sum", "mean", "count"])
print(time.perf_counter() - began)`
	frame = `import numpy as np, pandas as pd
frame = pd.DataFrame({"key": np.arange(1_000_000) % 1000, "value": np.arange(1_000_000) * 0.5})`
)

// printed is a cell with much output: none of it may be lost.
func printed() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "print-10mib", Label: "10 MiB printed, cut and kept in a file", Unit: bench.Seconds,
			Goal: bench.Goal{Bound: 0.1}, FloorIs: "the same into a pipe and from it into a file",
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := session(ctx, b, c, "printed"); err != nil {
				return err
			}
			if err := b.server.Settle(ctx, 1); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				return median(5, func() (time.Duration, error) {
					took, err := timed(func() error { _, err := b.client.Run(ctx, "printed", screed); return err })
					if err == nil {
						err = kept(ctx, b.client, "printed")
					}
					return took, err
				})
			}
			c.floor = floorMedian(b, "write", map[string]any{"size": flood, "times": 5})
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				k, err := all.one(ctx, c, g)
				if err != nil {
					return nil, err
				}
				return median(3, func() (time.Duration, error) { return flooded(k) })
			}
			return nil
		},
	}
}

// kept wants the newest file of a session to be all that was printed.
func kept(ctx context.Context, c *lab.Client, session string) error {
	r, err := c.Do(ctx, "list_files", map[string]any{"session_id": session})
	if err != nil {
		return err
	}
	var list struct {
		Files []struct {
			Size int `json:"size"`
		} `json:"files"`
	}
	if err := json.Unmarshal(r.Structured, &list); err != nil {
		return err
	}
	if len(list.Files) == 0 || list.Files[0].Size != flood {
		return fmt.Errorf("what was printed is not kept: %.300s", r.Text())
	}
	return nil
}

func flooded(k *lab.Kernel) (time.Duration, error) {
	var shown lab.Shown
	took, err := timed(func() (err error) { shown, err = k.Run(screed); return err })
	if err == nil && shown.Bytes != flood {
		err = fmt.Errorf("%d of %d bytes printed reached the gateway's client", shown.Bytes, flood)
	}
	return took, err
}

// work is what a call adds to a cell that has something to do.
func work() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "groupby", Label: "groupby of 1M rows, the whole call", Unit: bench.Seconds,
			Goal: bench.Goal{Against: bench.Undecided}, FloorIs: "IPython in process",
		}, {
			ID: "groupby-overhead", Label: "the same without what the cell's own clock says", Unit: bench.Seconds,
			Goal: bench.Goal{Bound: 2e-3}, FloorIs: "IPython in process",
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := session(ctx, b, c, "work"); err != nil {
				return err
			}
			if _, err := b.client.Run(ctx, "work", frame); err != nil {
				return err
			}
			if _, err := b.do(ctx, "run", map[string]any{"code": frame}); err != nil {
				return err
			}
			if err := b.server.Settle(ctx, 1); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				return overhead(15, func() (string, error) {
					r, err := b.client.Run(ctx, "work", group)
					return r.Text(), err
				})
			}
			c.floor = func(ctx context.Context) ([]float64, error) {
				took, err := b.do(ctx, "run", map[string]any{"code": group, "times": 15})
				return []float64{bench.Median(took), math.NaN()}, err
			}
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				k, err := all.one(ctx, c, g)
				if err != nil {
					return nil, err
				}
				if _, err := k.Run(frame); err != nil {
					return nil, err
				}
				return overhead(9, func() (string, error) { shown, err := k.Run(group); return shown.Printed, err })
			}
			return nil
		},
	}
}

// overhead returns the medians of a call's time and of what of it the cell did
// not spend on its work.
func overhead(n int, run func() (string, error)) ([]float64, error) {
	var whole, rest []float64
	for range n {
		var said string
		took, err := timed(func() (err error) { said, err = run(); return err })
		if err != nil {
			return nil, err
		}
		var work float64
		if _, err := fmt.Sscan(strings.TrimSpace(said), &work); err != nil {
			return nil, fmt.Errorf("the cell said %.100q: %w", said, err)
		}
		whole, rest = append(whole, took.Seconds()), append(rest, took.Seconds()-work)
	}
	return []float64{bench.Median(whole), bench.Median(rest)}, nil
}
