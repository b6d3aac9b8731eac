package runner_test

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"

	"power-interpreter/internal/runner"
	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// porch is a door, and a supervisor that was told of it.
type porch struct {
	*supervisor // on the engine's stream
	engine      net.Conn
	door        *orchestrator.Door
}

func newPorch(t *testing.T) porch {
	t.Helper()
	path := filepath.Join(t.TempDir(), "door")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	t.Cleanup(func() { far.Close() })
	s := &supervisor{t, far, wire.NewReader(far, wire.MaxCommand)}
	return porch{s, near, &orchestrator.Door{Listener: listener, Path: path}}
}

// dial greets the supervisor, which must answer; the kernel is closed at the end.
func (p porch) dial() orchestrator.Kernel {
	p.t.Helper()
	k, err := runner.Dial(p.t.Context(), p.engine, p.door)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { k.Close() })
	return k
}

// knock answers a hello at its door.
func (p porch) knock(welcome wire.Welcome) *supervisor {
	hello, err := wire.Decode[wire.Hello](p.next())
	if err != nil {
		p.t.Error(err)
	}
	conn, err := net.Dial("unix", hello.Door)
	if err != nil {
		p.t.Error(err)
		return p.supervisor
	}
	p.t.Cleanup(func() { conn.Close() })
	s := &supervisor{p.t, conn, wire.NewReader(conn, wire.MaxCommand)}
	welcome.Nonce = hello.Nonce
	s.send(wire.New(wire.KindHello, "", welcome))
	return s
}

func TestARunnerThatComesByTheDoorIsSpokenToThere(t *testing.T) {
	p := newPorch(t)
	go func() {
		s := p.knock(wire.Welcome{Session: "a"})
		run := s.next()
		s.event(1, wire.KindOutput, run.ID, wire.Output{Text: "past the engine"})
		s.event(2, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK})
	}()
	k := p.dial()
	if k.Info().Session != "a" {
		t.Errorf("%+v", k.Info())
	}
	var h heard
	o, err := k.Run(t.Context(), orchestrator.Run{ID: "0000000a"}, &h)
	if err != nil || o.Status != orchestrator.StatusCompleted || h.output != "past the engine" {
		t.Errorf("%+v, %v, heard %q", o, err, h.output)
	}
	if _, err := net.Dial("unix", p.door.Path); err == nil {
		t.Error("the door is still open")
	}
}

func TestARunnerThatCannotReachTheDoorIsSpokenToByTheEngine(t *testing.T) {
	p := newPorch(t)
	go func() {
		hello, _ := wire.Decode[wire.Hello](p.next())
		p.send(wire.New(wire.KindHello, "", wire.Welcome{Nonce: hello.Nonce}))
		run := p.next()
		p.event(1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK})
	}()
	k := p.dial()
	if o, err := k.Run(t.Context(), orchestrator.Run{ID: "0000000a"}, &heard{}); err != nil || o.Status != orchestrator.StatusCompleted {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestAStrangerAtTheDoorIsSentAwayAndTheRunnerHeardByTheEngine(t *testing.T) {
	p := newPorch(t)
	go func() {
		hello, _ := wire.Decode[wire.Hello](p.next())
		conn, err := net.Dial("unix", hello.Door)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		s := &supervisor{t, conn, nil}
		s.send(wire.New(wire.KindHello, "", wire.Welcome{Nonce: "guessed", Session: "stranger's"}))
		p.send(wire.New(wire.KindHello, "", wire.Welcome{Nonce: hello.Nonce, Session: "a"}))
		if rest, _ := io.ReadAll(conn); len(rest) > 0 {
			t.Errorf("the stranger was told %q", rest)
		}
	}()
	k := p.dial()
	if k.Info().Session != "a" {
		t.Errorf("%+v", k.Info())
	}
}

func TestTheEndOfTheEnginesStreamIsNotTheRunners(t *testing.T) {
	p := newPorch(t)
	by := make(chan *supervisor, 1)
	go func() { by <- p.knock(wire.Welcome{}) }()
	k := p.dial()
	s := <-by
	p.conn.Close()
	go func() {
		run := s.next()
		s.event(1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK})
	}()
	if o, err := k.Run(t.Context(), orchestrator.Run{ID: "0000000a"}, &heard{}); err != nil || o.Status != orchestrator.StatusCompleted {
		t.Errorf("%+v, %v", o, err)
	}
	s.conn.Close()
	<-k.Done()
}

func TestARunnerThatIsSilentAtTheDoorTooIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go io.Copy(io.Discard, far)
		door := silentDoor{make(chan struct{})}
		_, err := runner.Dial(context.Background(), near, &orchestrator.Door{Listener: door})
		if orchestrator.AsError(err).Code != orchestrator.CodeUnavailable {
			t.Errorf("got %v, want unavailable", err)
		}
		far.Close()
	})
}

// silentDoor is a listener in a bubble: nobody comes.
type silentDoor struct{ closed chan struct{} }

func (d silentDoor) Accept() (net.Conn, error) { <-d.closed; return nil, net.ErrClosed }
func (d silentDoor) Close() error              { close(d.closed); return nil }
func (d silentDoor) Addr() net.Addr            { return nil }

func TestARunnerThatAnswersTwiceCanBeLeft(t *testing.T) {
	p := newPorch(t)
	go func() {
		hello, err := wire.Decode[wire.Hello](p.next())
		if err != nil {
			t.Error(err)
		}
		conn, err := net.Dial("unix", hello.Door)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		near := &supervisor{t, conn, nil}
		near.send(wire.New(wire.KindHello, "", wire.Welcome{Nonce: hello.Nonce}))
		_, _ = conn.Read(make([]byte, 1)) // the first command: the door was chosen
		p.send(wire.New(wire.KindHello, "", wire.Welcome{Nonce: hello.Nonce}))
	}()
	k, err := runner.Dial(t.Context(), p.engine, p.door)
	if err != nil {
		t.Fatal(err)
	}
	k.Acknowledge(1)
	<-k.Done() // both answers are heard
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
