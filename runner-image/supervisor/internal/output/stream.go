// Package output reads the pipe that is a kernel's stdout and stderr, and
// makes of it bounded text for the executions.
package output

import (
	"syscall"
	"time"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/loop"
)

const (
	// pipeBytes is the pipe's capacity asked for, the most that Linux gives
	// without privileges: a kernel that prints much is not kept waiting.
	// It bounds also what is drained at an execution's end.
	pipeBytes = 1 << 20
	// readBytes is one read: large enough that a flood costs few of them.
	readBytes = 128 << 10
	// frameBytes of text are sent at once without waiting for more.
	frameBytes = 32 << 10
	// pause is the least time between smaller frames.
	pause = 5 * time.Millisecond
)

// account is what the text of the moment is put to.
type account interface {
	id() string
	take(text []byte) (live []byte)
}

// Stream is the reading end of one kernel's output. Its methods may be called
// by any goroutine and never block; what they take is called by the stream's.
type Stream struct {
	loop *loop.Loop
	emit func(id string, out wire.Output)

	buf     []byte
	text    decoder
	to      account
	pending []byte
	sent    time.Time
	ended   bool
	closed  bool
}

// New takes over the reading end fd of a pipe, and starts a goroutine that
// lives until Close. Text goes to emit, with an empty id when it is late.
func New(fd int, emit func(id string, out wire.Output)) (*Stream, error) {
	// Best effort: without it a flood is slower.
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_SETPIPE_SZ, pipeBytes)
	l, err := loop.New(fd, "kernel output")
	if err != nil {
		return nil, err
	}
	s := &Stream{loop: l, emit: emit, buf: make([]byte, readBytes), to: &late{}}
	go s.run()
	return s, nil
}

// Begin puts what is written from now on to run, and then calls then.
func (s *Stream) Begin(run Run, then func()) {
	s.loop.Ask(func() {
		s.drain()
		if l, ok := s.to.(*late); ok {
			s.pending = append(s.pending, l.notice()...)
		}
		s.turn(newCapture(run))
		then()
	})
}

// Finish calls then when all that had been written was sent. Without a Begin
// before it, the sum is empty.
func (s *Stream) Finish(then func(Sum)) {
	s.loop.Ask(func() {
		s.drain()
		s.put(s.text.finish())
		s.flush()
		var sum Sum
		if c, ok := s.to.(*capture); ok {
			sum = c.close()
			s.turn(&late{})
		}
		then(sum)
	})
}

// Close ends the stream.
func (s *Stream) Close() { s.loop.Ask(func() { s.closed = true }) }

func (s *Stream) run() {
	for !s.closed {
		if s.ended {
			s.loop.NextAsk()
			continue
		}
		n, err := s.loop.Next(s.buf, s.due())
		s.put(s.text.decode(s.buf[:n]))
		s.ended = err != nil
		s.pace()
	}
	if c, ok := s.to.(*capture); ok {
		c.close()
	}
	_ = s.loop.Close()
}

// drain takes what the pipe holds. A writer that goes on writing is not
// waited for.
func (s *Stream) drain() {
	for taken := 0; taken < pipeBytes && !s.ended; {
		n, err := s.loop.ReadNow(s.buf)
		if err != nil {
			s.ended = true
		}
		if n == 0 {
			return
		}
		s.put(s.text.decode(s.buf[:n]))
		s.pace()
		taken += n
	}
}

func (s *Stream) put(text []byte) { s.pending = append(s.pending, s.to.take(text)...) }

// due is when pending text is to be sent at the latest.
func (s *Stream) due() time.Time {
	if len(s.pending) == 0 {
		return time.Time{}
	}
	return s.sent.Add(pause)
}

func (s *Stream) pace() {
	if len(s.pending) >= frameBytes || s.ended || time.Since(s.sent) >= pause {
		s.flush()
	}
}

func (s *Stream) flush() {
	if len(s.pending) == 0 {
		return
	}
	id := s.to.id()
	s.emit(id, wire.Output{Text: string(s.pending), Late: id == ""})
	s.pending = s.pending[:0]
	s.sent = time.Now()
}

func (s *Stream) turn(to account) {
	s.flush()
	s.to = to
}
