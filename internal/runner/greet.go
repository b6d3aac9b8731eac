package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"power-interpreter/internal/rawconn"
	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// greetingTimeout bounds the wait for the runner's Welcome: a supervisor
// answers within milliseconds of its start, a busy host takes longer.
const greetingTimeout = 20 * time.Second

// line is a stream that frames are read from.
type line struct {
	stream io.ReadWriteCloser
	in     *wire.Reader
}

func newLine(stream io.ReadWriteCloser) line {
	return line{stream, wire.NewReader(stream, wire.MaxEvent)}
}

// greeted is a line on which the runner has answered, or why none has.
type greeted struct {
	line
	welcome wire.Welcome
	err     error
}

// answer skips to the Welcome: what comes before it was meant for a predecessor.
func (l line) answer(nonce string) greeted {
	for {
		f, err := l.in.Next()
		if err != nil {
			return greeted{err: err}
		}
		if f.Kind != wire.KindHello {
			continue
		}
		if w, err := wire.Decode[wire.Welcome](f); err == nil && w.Nonce == nonce {
			return greeted{line: l, welcome: w}
		}
	}
}

// greet says hello on the engine's stream. The runner answers at the door if it
// can reach it, else on the stream. A failure closes the stream; the door is
// closed in any case.
func greet(ctx context.Context, stream io.ReadWriteCloser, door *orchestrator.Door) greeted {
	ctx, cancel := context.WithTimeout(ctx, greetingTimeout)
	hello := wire.Hello{Nonce: rand.Text()}
	var near <-chan greeted // nil for no door
	if door != nil {
		hello.Door = door.Path
		near = receive(ctx, door, hello.Nonce)
	}
	g := meet(ctx, hello, listen(stream, hello.Nonce), near)
	cancel()
	if near != nil {
		_ = door.Close()
		for late := range near { // until its goroutine has ended
			_ = late.stream.Close()
		}
	}
	if g.err != nil {
		_ = stream.Close() // the greeting's failure is the one to tell
	}
	return g
}

// far is the engine's stream with what is heard on it.
type far struct {
	stream io.ReadWriteCloser
	answer chan greeted
	ended  chan struct{} // closed when nothing is read on it any more
}

// listen reads the engine's stream until the answer comes or the stream ends.
// When the answer comes by the door, an honest runner has nothing but words on
// stderr to say here, until the end.
func listen(stream io.ReadWriteCloser, nonce string) far {
	f := far{stream, make(chan greeted, 1), make(chan struct{})}
	go func() {
		defer close(f.ended)
		f.answer <- newLine(stream).answer(nonce)
	}()
	return f
}

// receive awaits the answer at the door. The channel closes when nothing of
// it is left but what it sent.
func receive(ctx context.Context, door *orchestrator.Door, nonce string) <-chan greeted {
	near := make(chan greeted)
	go func() {
		defer close(near)
		conn, err := door.Accept()
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		g := newLine(knock{rawconn.New(conn)}).answer(nonce)
		if g.err == nil && stop() {
			select {
			case near <- g:
				return
			case <-ctx.Done():
			}
		}
		_ = conn.Close() // a stranger's, or too late
	}()
	return near
}

// meet says hello and waits for the first answer.
func meet(ctx context.Context, hello wire.Hello, far far, near <-chan greeted) greeted {
	stop := context.AfterFunc(ctx, func() { far.stream.Close() }) // ends reading and writing
	defer stop()
	out := wire.NewWriter(far.stream)
	if err := errors.Join(out.Resync(), out.Write(wire.New(wire.KindHello, "", hello))); err != nil {
		return greeted{err: err}
	}
	select {
	case g, answered := <-near:
		if answered {
			g.stream = shortcut{g.stream, far}
			return g
		}
		return <-far.answer
	case g := <-far.answer:
		return g
	}
}
