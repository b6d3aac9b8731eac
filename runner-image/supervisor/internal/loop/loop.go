// Package loop gives one goroutine a descriptor to read and asks to answer,
// so that what it keeps needs no lock.
package loop

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// Loop is a descriptor whose reader can be asked to do something in between.
// Next, ReadNow and Close belong to one goroutine, its owner; Ask is for all.
type Loop struct {
	fd   int
	file *os.File
	wake chan struct{}

	mu   sync.Mutex
	asks []func()
}

// New takes fd over and makes it non-blocking; Close closes it.
func New(fd int, name string) (*Loop, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return &Loop{fd: fd, file: os.NewFile(uintptr(fd), name), wake: make(chan struct{}, 1)}, nil
}

// Ask has fn run by the owner, in the order asked. It never blocks; who asks
// bounds how much waits. After Close, fn is never run.
func (l *Loop) Ask(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks = append(l.asks, fn)
	// A deadline in the past ends a read that waits. It is set under the lock
	// so that Next cannot lift it before it has seen the ask.
	_ = l.file.SetReadDeadline(time.Unix(1, 0))
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Next runs the asks that wait. When there are none it reads into p, waiting
// until the given time, for ever if that is zero. It returns 0 and no error
// when it ran an ask or the time has come, io.EOF at the end of the input.
func (l *Loop) Next(p []byte, until time.Time) (int, error) {
	if l.answer(until) {
		return 0, nil
	}
	n, err := l.file.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return max(n, 0), err
}

// NextAsk waits for an ask and runs it, for a descriptor that has ended.
func (l *Loop) NextAsk() {
	for !l.answer(time.Time{}) {
		<-l.wake
	}
}

// Pause waits for d, or until something is asked.
func (l *Loop) Pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.wake:
	case <-timer.C:
	}
}

// Fd is the descriptor, for system calls that do not read it.
func (l *Loop) Fd() int { return l.fd }

// ReadNow reads what is there without waiting; 0 and no error means nothing.
func (l *Loop) ReadNow(p []byte) (int, error) {
	for {
		n, err := syscall.Read(l.fd, p)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, nil
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// Close closes the descriptor.
func (l *Loop) Close() error { return l.file.Close() }

func (l *Loop) answer(until time.Time) bool {
	l.mu.Lock()
	asks := l.asks
	l.asks = nil
	if len(asks) == 0 {
		_ = l.file.SetReadDeadline(until)
	}
	l.mu.Unlock()
	for _, fn := range asks {
		fn()
	}
	return len(asks) > 0
}
