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
	// rest is the least time between a read of little and the next that nobody
	// asked for: a writer of small pieces is not interrupted at each of them, and
	// the pipe has room for what it writes meanwhile.
	rest = time.Millisecond
)

// Stream is the reading end of one kernel's output. Its methods may be called
// by any goroutine and never block; what they take is called by the stream's.
type Stream struct {
	loop *loop.Loop
	emit func(id string, out wire.Output)

	buf    []byte
	text   decoder
	screen *terminal
	to     *capture
	frames frames
	ended  bool
	closed bool
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
	s := &Stream{loop: l, emit: emit, buf: make([]byte, readBytes)}
	s.screen = newTerminal(s.commit)
	s.turn(newLate())
	go s.run()
	return s, nil
}

// Begin puts what is written from now on to run, and then calls then. What was
// written since the last run is sent before it.
func (s *Stream) Begin(run Run, then func()) {
	s.loop.Ask(func() {
		s.drain()
		s.conclude()
		s.turn(newCapture(run))
		then()
	})
}

// Finish calls then when all that had been written was sent. Without a Begin
// before it, the sum is empty.
func (s *Stream) Finish(then func(Sum)) {
	s.loop.Ask(func() {
		s.drain()
		sum := s.conclude()
		s.turn(newLate())
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
		n, err := s.loop.Next(s.buf, s.frames.due())
		s.put(s.buf[:n])
		s.ended = err != nil
		s.send(time.Now())
		if 0 < n && n < readBytes/2 {
			s.loop.Pause(rest)
		}
	}
	s.to.close()
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
		s.put(s.buf[:n])
		s.send(time.Now())
		taken += n
	}
}

func (s *Stream) put(p []byte) {
	if len(p) == 0 {
		return
	}
	s.screen.write(s.text.decode(p))
	if !s.to.late() { // which nobody waits for
		s.frames.changed(time.Now())
	}
}

// commit takes final text from the screen.
func (s *Stream) commit(text []byte) {
	if head := s.to.take(text); !s.to.late() {
		s.frames.add(head)
	}
}

// send emits the frames that are due.
func (s *Stream) send(now time.Time) {
	text, live := s.frames.now(now, s.ended)
	if text {
		s.flush(now)
	}
	if live {
		text, skipped := s.to.live(s.screen.window())
		if out, news := s.frames.live(string(text), skipped); news {
			s.emit(s.to.run.ID, out)
		}
	}
}

func (s *Stream) flush(now time.Time) {
	if out, news := s.frames.text(now); news {
		s.emit(s.to.run.ID, out)
	}
}

// conclude sends the rest of what is written for the run of the moment, or what
// was written for none.
func (s *Stream) conclude() Sum {
	s.screen.write(s.text.finish())
	s.screen.finish()
	sum := s.to.close()
	if !s.to.late() {
		s.flush(time.Now())
		return sum
	}
	if out, news := s.to.lateOutput(sum); news {
		s.emit("", out)
	}
	return Sum{}
}

func (s *Stream) turn(to *capture) { s.to, s.frames = to, frames{} }
