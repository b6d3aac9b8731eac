// Package rawconn reads and writes the connections that every call goes over
// without telling Go's scheduler of each system call.
//
// They never block, so there is nothing to tell: the network poller does the
// waiting. What it costs is much: after each pause, the first call that the
// scheduler is told of wakes its monitor (runtime.sysmon), which then looks about
// every 20 µs until the process is idle again. In a server whose calls come a
// millisecond apart that was a fifth of its whole work.
package rawconn

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// Conn is a connection of a socket.
type Conn interface {
	net.Conn
	syscall.Conn
}

// conn is one side for each direction, as one may be used while the other is.
type conn struct {
	Conn
	in, out side
}

// side is one direction. Its function is made once: one for each call would
// have all that it works on be allocated anew.
type side struct {
	mu     sync.Mutex
	raw    syscall.RawConn
	try    func(fd uintptr) (done bool)
	number uintptr // of the system call
	p      []byte
	n      int
	errno  syscall.Errno
}

// New returns c with quick reads and writes; c itself where that cannot be.
// Closing it closes c.
func New(c net.Conn) net.Conn {
	from, is := c.(Conn)
	if !is {
		return c
	}
	raw, err := from.SyscallConn()
	if err != nil {
		return c
	}
	q := &conn{Conn: from}
	q.in.prepare(raw, syscall.SYS_READ)
	q.out.prepare(raw, syscall.SYS_WRITE)
	return q
}

func (s *side) prepare(raw syscall.RawConn, number uintptr) {
	s.raw, s.number, s.try = raw, number, s.once
}

// once makes the system call; false has the poller wait until it may do more.
func (s *side) once(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall(s.number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.p))), uintptr(len(s.p)))
		if errno == syscall.EINTR {
			continue
		}
		s.n, s.errno = int(n), errno
		return errno != syscall.EAGAIN
	}
}

// maxAtOnce bounds what one system call moves, and so how long it takes.
const maxAtOnce = 256 << 10

// Read reads what there is, as any net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	s := &c.in
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
		return 0, c.failed("read", s.errno)
	case s.n == 0:
		return 0, io.EOF
	}
	return s.n, nil
}

// Write writes all of p or fails, as any net.Conn.
func (c *conn) Write(p []byte) (written int, err error) {
	s := &c.out
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
			return written, c.failed("write", s.errno)
		}
		written += s.n
	}
	return written, nil
}

func (c *conn) failed(op string, errno syscall.Errno) error {
	return &net.OpError{Op: op, Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError(op, errno)}
}

// ReadFrom has the kernel copy a file where it can (sendfile).
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if to, is := c.Conn.(io.ReaderFrom); is {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{c}, r)
}

// CloseWrite ends what is written, for who waits for its end.
func (c *conn) CloseWrite() error {
	if half, is := c.Conn.(interface{ CloseWrite() error }); is {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// listener gives such connections.
type listener struct{ net.Listener }

// Listener returns l, whose connections are read and written quickly.
func Listener(l net.Listener) net.Listener { return listener{l} }

// Accept waits for a connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return New(c), nil
}
