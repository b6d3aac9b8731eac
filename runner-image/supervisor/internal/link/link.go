// Package link is the channel of frames between the supervisor and one kernel.
package link

import (
	"fmt"
	"os"
	"syscall"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/pollfile"
)

const (
	// MaxFrame bounds a frame from the kernel. It is less than wire.MaxEvent
	// by what the supervisor adds to a result: the tail of its text and the
	// names of its files.
	MaxFrame = wire.MaxEvent - 2<<20
	// queued frames wait for a kernel that does not read: an open, a run and
	// pings, never more than a few.
	queued = 8
)

// Link is this end of the channel.
type Link struct {
	file  *pollfile.File
	lines chan []byte
	done  chan struct{}
}

// New makes a channel and returns the kernel's end with it, to be closed by
// the caller once it has been handed over. Each frame of the kernel is given
// to frame; closed is called once, after the last of them. Both are called by
// the link's own goroutine, which lives until Close.
func New(frame func(wire.Frame), closed func()) (*Link, *os.File, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("channel of a kernel: %w", err)
	}
	peer := os.NewFile(uintptr(pair[1]), "kernel's end")
	file, err := pollfile.New(pair[0], "kernel channel")
	if err != nil {
		_ = syscall.Close(pair[0])
		_ = peer.Close()
		return nil, nil, fmt.Errorf("channel of a kernel: %w", err)
	}
	l := &Link{
		file:  file,
		lines: make(chan []byte, queued),
		done:  make(chan struct{}),
	}
	go l.read(frame, closed)
	go l.write()
	return l, peer, nil
}

// Send queues a frame. It never blocks: false says that the kernel has not
// read for so long that the queue is full.
func (l *Link) Send(f wire.Frame) bool {
	line, err := wire.Marshal(f)
	if err != nil {
		return false
	}
	select {
	case l.lines <- line:
		return true
	default:
		return false
	}
}

// Close ends the channel. It is called once.
func (l *Link) Close() error {
	close(l.done)
	return l.file.Close()
}

func (l *Link) read(frame func(wire.Frame), closed func()) {
	frames := wire.NewReader(l.file, MaxFrame)
	for {
		f, err := frames.Next()
		if err != nil {
			closed()
			return
		}
		frame(f)
	}
}

func (l *Link) write() {
	for {
		select {
		case line := <-l.lines:
			if _, err := l.file.Write(line); err != nil {
				return // the reader meets the end too, and tells
			}
		case <-l.done:
			return
		}
	}
}
