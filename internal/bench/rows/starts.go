package rows

import (
	"context"
	"errors"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

// spare is a new session's first result where a sandbox waits.
func spare() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "new-spare", Label: "new session to first 1+1, a spare waiting", Unit: bench.Seconds,
			Goal: bench.Goal{Against: bench.TheFloor, Bound: 2.5}, FloorIs: forkIs,
		}},
		open: func(_ context.Context, b *bed, c *columns) error {
			c.ours = func(ctx context.Context) ([]float64, error) {
				return median(3, func() (time.Duration, error) {
					if err := b.server.Settle(ctx, 0); err != nil {
						return 0, err
					}
					return firstResult(ctx, b.client)
				})
			}
			c.floor = forks(b)
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				return median(2, func() (time.Duration, error) {
					k, err := g.Prespawn(ctx)
					if err != nil {
						return 0, err
					}
					took, err := timed(func() error { return errors.Join(k.Connect(ctx), greetPeer(k)) })
					return took, errors.Join(err, k.Delete(ctx))
				})
			}
			return nil
		},
	}
}

// firstResult times a new session's, and deletes the session.
func firstResult(ctx context.Context, c *lab.Client) (time.Duration, error) {
	took, err := timed(func() error { return greet(ctx, c, "new") })
	return took, errors.Join(err, c.Delete(ctx, "new"))
}

// cold is the same where nothing waits. It has two floors: the container that
// anybody gets of the engine, and the one that is left when the engine's set-up of
// a network is switched off, as for sandboxes: a third of its start.
func cold() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "new-cold", Label: "new session to first 1+1, nothing waiting", Unit: bench.Seconds,
			Goal: bench.Goal{Against: bench.TheFloor, Bound: 1.7}, FloorIs: "start of a container with a bare Python",
		}, {
			ID: "new-cold-netless", Label: "the same", Unit: bench.Seconds,
			Goal: bench.Goal{Against: bench.Undecided}, FloorIs: "that container without the engine's set-up of a network, as sandboxes start",
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			s, err := b.engine.StartServer(ctx, b.path, 0)
			if err != nil {
				return err
			}
			c.later(func(context.Context) error { return s.Stop() })
			client, err := s.Connect(ctx)
			if err != nil {
				return err
			}
			c.later(func(context.Context) error { client.Close(); return nil })
			c.ours = func(ctx context.Context) ([]float64, error) {
				return doubled(median(3, func() (time.Duration, error) {
					if err := s.Settle(ctx, 0); err != nil {
						return 0, err
					}
					return firstResult(ctx, client)
				}))
			}
			c.floor = func(ctx context.Context) ([]float64, error) { return barePythons(ctx, b) }
			c.peer = func(ctx context.Context, g *lab.Gateway) ([]float64, error) {
				return doubled(median(1, func() (time.Duration, error) { return coldGateway(ctx, b, g.NoDelay) }))
			}
			return nil
		},
	}
}

// coldGateway times a gateway from its container's creation to a first result.
// doubled is one figure for two rows.
func doubled(took []float64, err error) ([]float64, error) { return append(took, took...), err }

// barePythons are the starts with and without the engine's set-up of a network.
func barePythons(ctx context.Context, b *bed) ([]float64, error) {
	both := make([]float64, 0, 2)
	for _, network := range []bool{true, false} {
		took, err := median(3, func() (time.Duration, error) { return b.engine.BarePython(ctx, b.template, network) })
		if err != nil {
			return nil, err
		}
		both = append(both, took...)
	}
	return both, nil
}

func coldGateway(ctx context.Context, b *bed, noDelay bool) (time.Duration, error) {
	began := time.Now()
	g, err := b.engine.StartGateway(ctx, b.template, b.image, noDelay)
	if err != nil {
		return 0, err
	}
	k, err := g.Spawn(ctx)
	if err == nil {
		err = k.Connect(ctx)
	}
	if err == nil {
		err = greetPeer(k)
	}
	took := time.Since(began)
	return took, errors.Join(err, g.Close())
}
