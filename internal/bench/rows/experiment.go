package rows

import (
	"context"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

// experiment measures one or more rows at once.
type experiment struct {
	rows []bench.Row // without figures
	// open prepares it: sessions and kernels that are there before the clock
	// runs. The columns are closed also when open fails.
	open func(ctx context.Context, b *bed, c *columns) error
}

// measure makes one repetition: a figure for each row, in their order, NaN for
// a row that the column has nothing to say about.
type measure func(ctx context.Context) ([]float64, error)

// columns are the sides of an experiment; those that are nil are not there.
type columns struct {
	ours, floor measure
	peer        func(ctx context.Context, g *lab.Gateway) ([]float64, error)
	closers     []func(ctx context.Context) error
}

// later has something done when the experiment has ended.
func (c *columns) later(f func(ctx context.Context) error) { c.closers = append(c.closers, f) }

// kernels remembers each gateway's kernels for the time of an experiment.
type kernels map[*lab.Gateway][]*lab.Kernel

// of returns n kernels of a gateway that have answered once, and that c deletes.
func (all kernels) of(ctx context.Context, c *columns, g *lab.Gateway, n int) ([]*lab.Kernel, error) {
	for len(all[g]) < n {
		k, err := g.Prespawn(ctx)
		if err != nil {
			return nil, err
		}
		c.later(k.Delete)
		all[g] = append(all[g], k)
	}
	return all[g][:n], nil
}

func (all kernels) one(ctx context.Context, c *columns, g *lab.Gateway) (*lab.Kernel, error) {
	found, err := all.of(ctx, c, g, 1)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// session prepares a session of the shared server, and has it deleted.
func session(ctx context.Context, b *bed, c *columns, name string) error {
	c.later(func(ctx context.Context) error { return b.client.Delete(ctx, name) })
	_, err := b.client.Run(ctx, name, "pass")
	return err
}
