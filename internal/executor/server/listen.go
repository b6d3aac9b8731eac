package server

import (
	"context"
	"io"
	"net"
	"sync"

	"power-interpreter/internal/executor/protocol"
)

// Listen listens for fronts. A front that has vanished without a word is noticed
// as soon as protocol.KeepAlive has it.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{KeepAliveConfig: protocol.KeepAlive, Control: protocol.Impatient}
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &bounded{l, make(chan struct{}, maxConnections)}, nil
}

// bounded keeps as many connections open as there are places.
type bounded struct {
	net.Listener
	places chan struct{}
}

// Accept returns the next connection that has a place. Others are closed, so that
// a front is told at once.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case b.places <- struct{}{}:
			return &placed{Conn: conn, leave: sync.OnceFunc(func() { <-b.places })}, nil
		default:
			_ = conn.Close() // it was never used
		}
	}
}

// placed gives its place back when it is closed.
type placed struct {
	net.Conn
	leave func()
}

// ReadFrom lets the kernel copy a file by itself.
func (p *placed) ReadFrom(r io.Reader) (int64, error) {
	if tcp, is := p.Conn.(*net.TCPConn); is {
		return tcp.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{p.Conn}, r)
}

// Close closes the connection.
func (p *placed) Close() error {
	defer p.leave()
	return p.Conn.Close()
}
