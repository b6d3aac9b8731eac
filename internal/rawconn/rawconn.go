// Package rawconn gives the connections that every call goes over reads and writes
// that Go's scheduler is not told of (see rawio).
package rawconn

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"power-interpreter/internal/rawio"
)

// Conn is a connection of a socket.
type Conn interface {
	net.Conn
	syscall.Conn
}

type conn struct {
	Conn
	stream *rawio.Stream
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
	return &conn{from, rawio.New(raw)}
}

// Read reads what there is, as any net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.stream.Read(p)
	return n, c.explained("read", err)
}

// Write writes all of p or fails, as any net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.stream.Write(p)
	return n, c.explained("write", err)
}

// explained says of a fault of the system which connection it is of.
func (c *conn) explained(op string, err error) error {
	if _, is := err.(*os.SyscallError); !is {
		return err
	}
	return &net.OpError{Op: op, Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
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
