package rows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

const (
	line = `import numpy as np
import matplotlib.pyplot as plt
x = np.linspace(0, 20, 2000)
plt.figure(figsize=(8, 5))
plt.plot(x, np.sin(x), label="sin")
plt.plot(x, np.cos(x), label="cos")
plt.title("waves"); plt.xlabel("x"); plt.legend(); plt.grid(True)
plt.show()`
	bars = `import plotly.express as px
figure = px.bar(x=list("abcdef"), y=[3, 1, 4, 1, 5, 9], title="bars")
`
	// browser lets a plain kernel draw plotly's charts by a browser that keeps
	// running; by default it starts one for each.
	browser = `import kaleido
from IPython.display import Image, display
kaleido.start_sync_server(n=1, silence_warnings=True)`
)

// errNoPicture is a chart that did not come back.
var errNoPicture = errors.New("no picture came back")

// chart is a figure of matplotlib.
func chart() experiment {
	return drawn(bench.Row{
		ID: "matplotlib", Label: "matplotlib chart to PNG block", FloorIs: "IPython in process, inline backend",
		Goal: bench.Goal{Against: bench.TheFloor, Bound: 1.15},
	}, "matplotlib", "pass", line, line)
}

// plotly is a figure of plotly, the browser running.
func plotly() experiment {
	return drawn(bench.Row{
		ID: "plotly", Label: "plotly chart after the first", FloorIs: "IPython in process, the browser running",
		Goal: bench.Goal{Bound: 0.3},
	}, "plotly", browser, bars+"figure.show()", bars+`display(Image(figure.to_image(format="png")))`)
}

// drawn draws a chart again and again; the first ones do not count. A kernel
// that is not ours is prepared, and has code of its own.
func drawn(row bench.Row, name, prepare, code, plain string) experiment {
	row.Unit = bench.Seconds
	return experiment{
		rows: []bench.Row{row},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := session(ctx, b, c, name); err != nil {
				return err
			}
			draw := func(ctx context.Context) error {
				r, err := b.client.Run(ctx, name, code)
				if err == nil && !r.Has("image/png") {
					err = fmt.Errorf("%w: %.200s", errNoPicture, r.Text())
				}
				return err
			}
			if err := errors.Join(draw(ctx), draw(ctx), b.server.Settle(ctx, 1)); err != nil {
				return err
			}
			if _, err := b.do(ctx, "run", map[string]any{"code": prepare}); err != nil {
				return err
			}
			if _, err := b.do(ctx, "chart", map[string]any{"code": plain, "times": 2}); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				return median(9, func() (time.Duration, error) { return timed(func() error { return draw(ctx) }) })
			}
			c.floor = floorMedian(b, "chart", map[string]any{"code": plain, "times": 9})
			all := kernels{}
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				if len(all[g]) == 0 {
					if err := preparePeer(ctx, c, g, all, prepare, plain); err != nil {
						return nil, err
					}
				}
				return median(5, func() (time.Duration, error) {
					return timed(func() error { return drawPeer(all[g][0], plain) })
				})
			}
			return nil
		},
	}
}

func preparePeer(ctx context.Context, c *columns, g *lab.Gateway, all kernels, prepare, code string) error {
	k, err := all.one(ctx, c, g)
	if err != nil {
		return err
	}
	if _, err := k.Run(prepare); err != nil {
		return err
	}
	return errors.Join(drawPeer(k, code), drawPeer(k, code))
}

func drawPeer(k *lab.Kernel, code string) error {
	shown, err := k.Run(code)
	if err == nil && !shown.Picture {
		err = errNoPicture
	}
	return err
}
