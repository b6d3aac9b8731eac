// Package rows holds what the benchmark measures: each experiment with its
// floor and the same work on the peer.
package rows

import (
	"context"
	"errors"
	"fmt"

	"power-interpreter/internal/bench/lab"
)

// bed is what experiments share: a server with the default settings, a floor,
// and the peer plain and with TCP_NODELAY. Each is started when it is first
// needed; close ends all.
type bed struct {
	engine   *lab.Engine
	path     string // of the program
	image    string // of the peer; empty for none
	absent   string // why there is no peer
	server   *lab.Server
	client   *lab.Client
	template lab.Template
	floor    *lab.Floor
	echo     *lab.Container
	gateways map[bool]*lab.Gateway // by TCP_NODELAY
}

func newBed(ctx context.Context, path string) (*bed, error) {
	b := &bed{engine: lab.NewEngine(), path: path, gateways: map[bool]*lab.Gateway{}}
	if err := b.engine.Sweep(ctx); err != nil {
		return nil, err
	}
	var err error
	if b.server, err = b.engine.StartServer(ctx, path, 1); err != nil {
		return nil, err
	}
	err = b.open(ctx)
	if err != nil {
		err = errors.Join(err, b.close())
	}
	return b, err
}

func (b *bed) open(ctx context.Context) (err error) {
	if err := b.server.Settle(ctx, 0); err != nil {
		return err
	}
	if b.template, err = b.server.Template(ctx); err != nil {
		return err
	}
	b.client, err = b.server.Connect(ctx)
	return err
}

// close ends everything, whatever fails on the way.
func (b *bed) close() error {
	var errs []error
	for _, g := range b.gateways {
		errs = append(errs, g.Close())
	}
	if b.floor != nil {
		errs = append(errs, b.floor.Remove())
	}
	if b.echo != nil {
		errs = append(errs, b.echo.Remove())
	}
	if b.client != nil {
		b.client.Close()
	}
	errs = append(errs, b.server.Stop())
	b.engine.Close()
	return errors.Join(errs...)
}

// do has the floor do an operation.
func (b *bed) do(ctx context.Context, op string, arguments map[string]any) (_ []float64, err error) {
	if b.floor == nil {
		if b.floor, err = b.engine.StartFloor(ctx, b.template, false); err != nil {
			return nil, err
		}
	}
	return b.floor.Do(op, arguments)
}

// reach returns the container that gives back each line.
func (b *bed) reach(ctx context.Context) (_ *lab.Container, err error) {
	if b.echo == nil {
		b.echo, err = b.engine.StartEcho(ctx, b.template)
	}
	return b.echo, err
}

// gateway returns the peer, started anew if its network is to be another.
func (b *bed) gateway(ctx context.Context, noDelay bool) (*lab.Gateway, error) {
	if g := b.gateways[noDelay]; g != nil {
		return g, nil
	}
	g, err := b.engine.StartGateway(ctx, b.template, b.image, noDelay)
	if err != nil {
		return nil, fmt.Errorf("the gateway did not start: %w", err)
	}
	b.gateways[noDelay] = g
	return g, nil
}
