package transport_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
)

// What takes time is tested on a clock that runs ahead, over a connection in
// memory.

// pipes is a listener whose connections a test makes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// onTheClock serves the wires inside a synctest bubble and hands over a
// connection to them.
func onTheClock(t *testing.T, test func(t *testing.T, tools *tools, conn net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		tools := newTools()
		wires := transport.New(tools, transport.Config{})
		mux := http.NewServeMux()
		for path, handler := range wires.Routes() {
			mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
				handler.ServeHTTP(w, r.WithContext(mcptool.WithOwner(r.Context(), "ann")))
			})
		}
		listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		srv, served := &http.Server{Handler: mux}, make(chan error, 1)
		go func() { served <- srv.Serve(listener) }()
		here, there := net.Pipe()
		listener.conns <- there
		test(t, tools, here)
		here.Close()
		if err := wires.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		srv.Close()
		<-served
	})
}

func send(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

const head = "POST /mcp/sse HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

func TestABodyThatDoesNotComeIsGivenUp(t *testing.T) {
	onTheClock(t, func(t *testing.T, _ *tools, conn net.Conn) {
		start := time.Now()
		send(t, conn, head+"Content-Length: 100\r\n\r\n{\"jsonrpc\"")
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.Contains(string(answer), "ended early") {
			t.Errorf("%q, %v", answer, err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWhoIsTurnedAwayNeedNotSendItsBody(t *testing.T) {
	for name, head := range map[string]string{
		"a form":           "POST /mcp HTTP/1.1\r\n",
		"a strange method": "PATCH /mcp HTTP/1.1\r\n",
		"a strange stream": "POST /mcp/message HTTP/1.1\r\nContent-Type: application/json\r\n",
		"a strange client": "DELETE /mcp HTTP/1.1\r\nMcp-Session-Id: x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			onTheClock(t, func(t *testing.T, _ *tools, conn net.Conn) {
				start := time.Now()
				send(t, conn, head+"Host: localhost\r\nContent-Length: 100\r\n\r\n")
				answer, _ := io.ReadAll(conn)
				if took := time.Since(start); !strings.Contains(string(answer), " 4") || took > 10*time.Second {
					t.Errorf("%q in %s", answer, took)
				}
			})
		})
	}
}

func TestABodyThatDripsIsGivenUp(t *testing.T) {
	onTheClock(t, func(t *testing.T, _ *tools, conn net.Conn) {
		start := time.Now()
		send(t, conn, head+"Content-Length: 1000000\r\n\r\n")
		answered := make(chan string, 1)
		go func() {
			data, _ := io.ReadAll(conn)
			answered <- string(data)
		}()
		for {
			select {
			case answer := <-answered:
				if took := time.Since(start); took > 15*time.Minute || !strings.Contains(answer, "ended early") {
					t.Errorf("after %s: %q", took, answer)
				}
				return
			case <-time.After(20 * time.Second):
				_, _ = io.WriteString(conn, "1") // until it is closed
			}
		}
	})
}

func TestACallOfHoursIsNoDroppedConnection(t *testing.T) {
	onTheClock(t, func(t *testing.T, tools *tools, conn net.Conn) {
		body := call("1", "block", "{}")
		send(t, conn, head+"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(body)+"0\r\n\r\n")
		<-tools.started
		time.Sleep(5 * time.Hour)
		close(tools.release)
		if answer, _ := io.ReadAll(conn); !strings.Contains(string(answer), "released") {
			t.Errorf("%q", answer)
		}
	})
}

func chunk(text string) string {
	const hex = "0123456789abcdef"
	return string([]byte{hex[len(text)>>8&15], hex[len(text)>>4&15], hex[len(text)&15]}) + "\r\n" + text + "\r\n"
}

func TestASilentStreamIsKeptAlive(t *testing.T) {
	onTheClock(t, func(t *testing.T, _ *tools, conn net.Conn) {
		send(t, conn, "GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\n\r\n")
		start, comments := time.Now(), 0
		for lines := bufio.NewScanner(conn); comments < 3 && lines.Scan(); {
			if strings.HasPrefix(lines.Text(), ":") {
				comments++
			}
		}
		if took := time.Since(start); comments < 3 || took > 90*time.Second {
			t.Errorf("%d comments in %s", comments, took)
		}
	})
}

func TestAStreamThatNobodyReadsEnds(t *testing.T) {
	onTheClock(t, func(t *testing.T, tools *tools, conn net.Conn) {
		send(t, conn, "GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\n\r\n")
		start := time.Now()
		time.Sleep(10 * time.Minute) // its events fill no buffer: a pipe has none
		if _, err := io.ReadAll(conn); err != nil {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}
