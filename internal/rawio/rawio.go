// Package rawio reads and writes sockets and pipes without telling Go's scheduler
// of each system call. The server and the supervisor in each sandbox use it on
// the way of every call; standard library only.
//
// They never block, so there is nothing to tell: the network poller does the
// waiting. What it costs is much: after each pause, the first call that the
// scheduler is told of wakes its monitor (runtime.sysmon), which then looks about
// every 20 µs until the process is idle again. With calls a millisecond apart that
// was a fifth of the server's work, and a third of the supervisor's.
package rawio

import (
	"io"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// maxAtOnce bounds what one system call moves, and so how long it takes.
const maxAtOnce = 256 << 10

// Stream reads and writes a descriptor that does not block. Its methods may be
// called by any goroutine, a Read while a Write waits; closing the descriptor ends
// both. Errors of the system are *os.SyscallError.
type Stream struct{ in, out side }

// side is one direction. Its function is made once: one for each call would have
// all that it works on be allocated anew.
type side struct {
	mu     sync.Mutex
	wait   func(try func(fd uintptr) (done bool)) error // the poller's
	try    func(fd uintptr) (done bool)
	name   string
	number uintptr // of the system call
	p      []byte
	n      int
	errno  syscall.Errno
}

// New returns the stream of a descriptor that the poller watches, such as an
// os.File's or a connection's.
func New(raw syscall.RawConn) *Stream {
	s := &Stream{
		in:  side{wait: raw.Read, name: "read", number: syscall.SYS_READ},
		out: side{wait: raw.Write, name: "write", number: syscall.SYS_WRITE},
	}
	s.in.try, s.out.try = s.in.once, s.out.once
	return s
}

// once makes the system call; false has the poller wait until it may do more.
func (s *side) once(fd uintptr) bool {
	s.n, s.errno = call(s.number, fd, s.p)
	return s.errno != syscall.EAGAIN
}

func call(number, fd uintptr, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// ReadNow reads what a descriptor that does not block has, without waiting.
func ReadNow(fd int, p []byte) (int, syscall.Errno) { return call(syscall.SYS_READ, uintptr(fd), p) }

// Read reads what there is, as any io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	n, err := s.in.move(p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// Write writes all of p or fails, as any io.Writer.
func (s *Stream) Write(p []byte) (written int, err error) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	for written < len(p) && err == nil {
		var n int
		n, err = s.out.move(p[written:])
		written += n
	}
	return written, err
}

// move makes one system call when it may. The caller holds mu.
func (s *side) move(p []byte) (int, error) {
	s.p = p[:min(len(p), maxAtOnce)]
	err := s.wait(s.try)
	s.p = nil
	switch {
	case err != nil:
		return 0, err
	case s.errno != 0:
		return 0, os.NewSyscallError(s.name, s.errno)
	}
	return s.n, nil
}
