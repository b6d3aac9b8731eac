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
	"unsafe"

	"power-interpreter/internal/rawio"
)

// Loop is a descriptor whose reader can be asked to do something in between.
// Next, ReadNow and Close belong to one goroutine, its owner; Ask is for all.
type Loop struct {
	fd    int
	epoll int                // tells once, when armed, that fd can be read
	ready *os.File           // epoll
	wait  syscall.RawConn    // of ready
	tell  func(uintptr) bool // told, made once
	wake  chan struct{}
	armed bool // the epoll descriptor will tell

	mu   sync.Mutex
	asks []func()
}

// New takes fd over and makes it non-blocking; Close closes it.
//
// The runtime's own poller would wake this process whenever something happens to
// fd, also while nobody means to read it, and whoever causes it pays: making a
// file in a watched folder took twice its time, a print a third more. So the
// poller watches an epoll descriptor in between, which says nothing but when it
// was armed.
func New(fd int, name string) (*Loop, error) {
	epoll, err := watch(fd)
	if err != nil {
		return nil, err
	}
	l := &Loop{fd: fd, epoll: epoll, armed: true, ready: os.NewFile(uintptr(epoll), name), wake: make(chan struct{}, 1)}
	l.tell = l.told
	if l.wait, err = l.ready.SyscallConn(); err != nil {
		_ = l.ready.Close()
		return nil, err
	}
	return l, nil
}

func watch(fd int) (epoll int, err error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("epoll_create1", err)
	}
	if err = syscall.SetNonblock(epoll, true); err == nil {
		err = syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: once})
	}
	if err != nil {
		_ = syscall.Close(epoll)
		return -1, os.NewSyscallError("epoll_ctl", err)
	}
	return epoll, nil
}

// once arms a descriptor: to tell once that it can be read, or has ended.
const once = syscall.EPOLLIN | syscall.EPOLLONESHOT

// Ask has fn run by the owner, in the order asked. It never blocks; who asks
// bounds how much waits. After Close, fn is never run.
func (l *Loop) Ask(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks = append(l.asks, fn)
	// A deadline in the past ends a wait. It is set under the lock so that Next
	// cannot lift it before it has seen the ask.
	_ = l.ready.SetReadDeadline(time.Unix(1, 0))
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
	if !l.armed {
		if n, err := l.ReadNow(p); n > 0 || err != nil {
			return n, err
		}
		if err := l.arm(); err != nil {
			return 0, err
		}
	}
	err := l.wait.Read(l.tell)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return l.ReadNow(p)
}

func (l *Loop) arm() error {
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, l.fd, &syscall.EpollEvent{Events: once}); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	l.armed = true
	return nil
}

// told takes the word that there is something to read, if it is there. It does
// not wait, so the scheduler need not know of it (see rawio).
func (l *Loop) told(ready uintptr) bool {
	var event [1]syscall.EpollEvent
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, ready, uintptr(unsafe.Pointer(&event)), 1, 0, 0, 0)
	if errno == syscall.EINTR {
		return false
	}
	if errno != 0 || n > 0 {
		l.armed = false
		return true
	}
	return false
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
	n, errno := rawio.ReadNow(l.fd, p)
	switch {
	case errno == syscall.EAGAIN:
		return 0, nil
	case errno != 0:
		return 0, os.NewSyscallError("read", errno)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Close closes the descriptor.
func (l *Loop) Close() error {
	return errors.Join(l.ready.Close(), os.NewSyscallError("close", syscall.Close(l.fd)))
}

func (l *Loop) answer(until time.Time) bool {
	l.mu.Lock()
	asks := l.asks
	l.asks = nil
	if len(asks) == 0 {
		_ = l.ready.SetReadDeadline(until)
	}
	select { // the word of these asks
	case <-l.wake:
	default:
	}
	l.mu.Unlock()
	for _, fn := range asks {
		fn()
	}
	return len(asks) > 0
}
