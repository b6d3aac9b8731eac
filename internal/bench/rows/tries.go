package rows

import (
	"context"
	"fmt"
	"strings"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

// hello is the first cell of a session, and its value.
const hello, world = "1+1", "2"

// median makes n tries and returns the median of their seconds, as the one
// figure of a repetition.
func median(n int, try func() (time.Duration, error)) ([]float64, error) {
	took, err := tries(n, try)
	return []float64{bench.Median(took)}, err
}

func tries(n int, try func() (time.Duration, error)) ([]float64, error) {
	var took []float64
	for range n {
		d, err := try()
		if err != nil {
			return nil, err
		}
		took = append(took, d.Seconds())
	}
	return took, nil
}

// timed returns how long f took.
func timed(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

// greet runs the first cell in a session, and wants its value.
func greet(ctx context.Context, c *lab.Client, session string) error {
	r, err := c.Run(ctx, session, hello)
	if err == nil && strings.TrimSpace(r.Text()) != world {
		err = fmt.Errorf("%s was answered with %.100q", hello, r.Text())
	}
	return err
}

// greetPeer is greet for a kernel of the peer.
func greetPeer(k *lab.Kernel) error {
	shown, err := k.Run(hello)
	if err == nil && shown.Text != world {
		err = fmt.Errorf("the gateway answered %s with %.100q", hello, shown.Text)
	}
	return err
}

// floorMedian has the floor make tries of an operation.
func floorMedian(b *bed, op string, arguments map[string]any) measure {
	return func(ctx context.Context) ([]float64, error) {
		took, err := b.do(ctx, op, arguments)
		return []float64{bench.Median(took)}, err
	}
}

// forks is the floor of whatever needs a new kernel.
func forks(b *bed) measure { return floorMedian(b, "fork", map[string]any{"times": 9}) }

const forkIs = "a fork of Python with the stack imported, and its first cell"
