// Package pollfile reads and writes pipes and sockets without telling Go's
// scheduler of each system call.
//
// They never block, so there is nothing to tell: the network poller does the
// waiting. What it costs is much: after each pause, the first call that the
// scheduler is told of wakes its monitor (runtime.sysmon), which then looks about
// every 20 µs. With a call each millisecond that was a third of the supervisor.
package pollfile

import (
	"io"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// File is a pipe's end or a socket. Its methods may be called by any goroutine.
type File struct {
	file    *os.File
	in, out side
}

// side is one direction. Its function is made once: one for each call would have
// all that it works on be allocated anew.
type side struct {
	mu     sync.Mutex
	raw    syscall.RawConn
	try    func(fd uintptr) (done bool)
	number uintptr // of the system call
	p      []byte
	n      int
	errno  syscall.Errno
}

// New takes fd over and makes it non-blocking. On error fd is the caller's still.
func New(fd int, name string) (*File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	f := &File{file: os.NewFile(uintptr(fd), name)}
	raw, err := f.file.SyscallConn()
	if err != nil {
		return nil, err // never: it is open
	}
	f.in.prepare(raw, syscall.SYS_READ)
	f.out.prepare(raw, syscall.SYS_WRITE)
	return f, nil
}

func (s *side) prepare(raw syscall.RawConn, number uintptr) {
	s.raw, s.number, s.try = raw, number, s.once
}

// once makes the system call; false has the poller wait until it may do more.
func (s *side) once(fd uintptr) bool {
	s.n, s.errno = Call(s.number, fd, s.p)
	return s.errno != syscall.EAGAIN
}

// Call makes one read or write system call on a descriptor that does not block.
func Call(number, fd uintptr, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// maxAtOnce bounds what one system call moves, and so how long it takes.
const maxAtOnce = 256 << 10

// Read reads what there is, as any io.Reader. Close ends it.
func (f *File) Read(p []byte) (int, error) {
	s := &f.in
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	s.p = p[:min(len(p), maxAtOnce)]
	err := s.raw.Read(s.try)
	s.p = nil
	switch {
	case err != nil:
		return 0, err
	case s.errno != 0:
		return 0, os.NewSyscallError("read", s.errno)
	case s.n == 0:
		return 0, io.EOF
	}
	return s.n, nil
}

// Write writes all of p or fails, as any io.Writer. Close ends it.
func (f *File) Write(p []byte) (written int, err error) {
	s := &f.out
	s.mu.Lock()
	defer s.mu.Unlock()
	for written < len(p) {
		s.p = p[written:min(len(p), written+maxAtOnce)]
		err := s.raw.Write(s.try)
		s.p = nil
		switch {
		case err != nil:
			return written, err
		case s.errno != 0:
			return written, os.NewSyscallError("write", s.errno)
		}
		written += s.n
	}
	return written, nil
}

// Close closes the descriptor.
func (f *File) Close() error { return f.file.Close() }
