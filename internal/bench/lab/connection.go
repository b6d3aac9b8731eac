package lab

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"time"
)

// stale is how long a connection may lie idle before a new one is made: less
// than any server keeps one.
const stale = 20 * time.Second

// connection is one to a server, without the goroutines and the pool of
// http.Transport: what a client takes of the processors is taken from what it
// measures, and the peer's web socket has none of that either.
type connection struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	out     *bufio.Writer
	used    time.Time
	unwatch func() bool // of the context of the request under way
}

// do sends a request and returns the response, which done ends before the next
// one. The end of ctx meanwhile ends the connection.
func (c *connection) do(ctx context.Context, request *http.Request) (*http.Response, error) {
	if c.conn == nil || time.Since(c.used) > stale {
		if err := c.dial(ctx); err != nil {
			return nil, err
		}
	}
	conn := c.conn
	c.unwatch = context.AfterFunc(ctx, func() { conn.Close() })
	response, err := c.exchange(request)
	if err != nil {
		c.unwatch()
		c.close()
	}
	return response, err
}

// done reads what is left of a response.
func (c *connection) done(response *http.Response) {
	err := response.Body.Close()
	c.unwatch()
	c.used = time.Now()
	if err != nil || response.Close {
		c.close()
	}
}

func (c *connection) exchange(request *http.Request) (*http.Response, error) {
	if err := request.Write(c.out); err != nil {
		return nil, err
	}
	if err := c.out.Flush(); err != nil {
		return nil, err
	}
	return http.ReadResponse(c.in, request)
}

func (c *connection) dial(ctx context.Context) (err error) {
	c.close()
	var d net.Dialer
	if c.conn, err = d.DialContext(ctx, "tcp", c.address); err != nil {
		return err
	}
	c.in, c.out = bufio.NewReader(c.conn), bufio.NewWriter(c.conn)
	return nil
}

func (c *connection) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}
