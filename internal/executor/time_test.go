package executor_test

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

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// peer is the other end of a client's connections, in time that runs by itself:
// what it does to a request is written out.
func peer(t *testing.T, serve func(conn net.Conn, r *http.Request)) *client.Client {
	t.Helper()
	c, err := client.New(t.Context(), client.Config{URL: "http://localhost:1", Insecure: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			r, err := http.ReadRequest(bufio.NewReader(far))
			if err != nil {
				return
			}
			go io.Copy(io.Discard, r.Body)
			serve(far, r)
		}()
		return near, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hang waits until the other end has gone.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

const head = "HTTP/1.1 200 OK\r\n" + protocol.HeaderVersion + ": " + protocol.Version + "\r\nTransfer-Encoding: chunked\r\n\r\n"

func chunk(conn net.Conn, line string) {
	_, _ = io.WriteString(conn, chunked(line))
}

func chunked(line string) string {
	return strings.ToLower(hex(len(line)+1)) + "\r\n" + line + "\n\r\n"
}

func hex(n int) string {
	const digits = "0123456789abcdef"
	if n < 16 {
		return digits[n : n+1]
	}
	return hex(n/16) + digits[n%16:n%16+1]
}

func execute(c *client.Client) (orchestrator.Execution, error) {
	return c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "x"}, nil)
}

// took runs it and wants it to end within so long.
func took(t *testing.T, most time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	if f(); time.Since(began) > most {
		t.Errorf("it took %s", time.Since(began))
	}
}

func TestAnExecutorThatHangsIsToldWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := peer(t, func(conn net.Conn, _ *http.Request) { hang(conn) })
		defer c.Close()
		took(t, 6*time.Second, func() {
			_, err := execute(c)
			wantCode(t, err, orchestrator.CodeUnavailable, "does not answer", "may have got this call")
		})
		took(t, 4*time.Second, func() {
			wantCode(t, c.Health(t.Context()), orchestrator.CodeUnavailable, "localhost:1", "no sign of life")
		})
		took(t, 6*time.Second, func() {
			_, err := c.Open(context.Background(), ref("a"), "x")
			wantCode(t, err, orchestrator.CodeUnavailable, "does not answer")
		})
		// Many calls on one session wait for no more than one of them would.
		took(t, 11*time.Second, func() {
			ended := make(chan error, 20)
			for range 20 {
				go func() { _, err := execute(c); ended <- err }()
			}
			for range 20 {
				wantCode(t, <-ended, orchestrator.CodeUnavailable)
			}
		})
	})
}

func TestAnExecutorThatFallsSilentIsToldWithTheJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := peer(t, func(conn net.Conn, r *http.Request) {
			if r.Method == http.MethodPost {
				_, _ = io.WriteString(conn, head)
				chunk(conn, `{"admitted":"a1b2c3d4"}`)
			}
			hang(conn)
		})
		defer c.Close()
		took(t, protocol.Silence, func() {
			_, err := execute(c)
			wantCode(t, err, orchestrator.CodeUnavailable, "went away", "job a1b2c3d4", "get_job_result")
		})
	})
}

func TestSignsOfLifeKeepALongCallAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := peer(t, func(conn net.Conn, r *http.Request) {
			if r.Method != http.MethodPost {
				return
			}
			_, _ = io.WriteString(conn, head)
			for range 1800 {
				time.Sleep(protocol.Beat)
				chunk(conn, "")
			}
			chunk(conn, `{"done":true,"result":{"ID":"a1b2c3d4"}}`)
			_, _ = io.WriteString(conn, "0\r\n\r\n")
		})
		defer c.Close()
		e, err := execute(c)
		if err != nil || e.ID != "a1b2c3d4" {
			t.Errorf("after an hour: %+v, %v", e, err)
		}
	})
}

// TestACallerThatHasGoneIsNotHeldByAnExecutorThatHangs ends calls' contexts.
func TestACallerThatHasGoneIsNotHeldByAnExecutorThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := peer(t, func(conn net.Conn, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, string(protocol.MethodExecute)) {
				_, _ = io.WriteString(conn, head)
				chunk(conn, `{"admitted":"a1b2c3d4"}`)
				go func() { // it lives, and does not end the call
					for {
						if _, err := io.WriteString(conn, chunked("")); err != nil {
							return
						}
						time.Sleep(protocol.Beat)
					}
				}()
			}
			hang(conn)
		})
		defer c.Close()
		for cause, most := range map[error]time.Duration{context.Canceled: 4 * time.Second, orchestrator.ErrCancelled: time.Minute} {
			ctx, cancel := context.WithCancelCause(context.Background())
			time.AfterFunc(time.Second, func() { cancel(cause) })
			took(t, most, func() {
				_, err := c.Execute(ctx, ref("a"), orchestrator.Cell{Code: "x"}, nil)
				if err == nil || !strings.Contains(err.Error(), "job a1b2c3d4") {
					t.Errorf("%v: %v", cause, err)
				}
			})
		}
		time.Sleep(2 * protocol.Beat) // the peer sees that they have gone
	})
}
