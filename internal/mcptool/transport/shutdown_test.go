package transport_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/orchestrator"
)

func TestShutdownLetsCallsEndAndRefusesNewOnes(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	listening := s.stream("GET", "/mcp", "", "Mcp-Session-Id", client)
	st, endpoint := s.classic()
	answered := s.start("a", "/mcp", call("1", "block", `{"name":"a"}`), "Mcp-Session-Id", client)
	s.send(endpoint, call("2", "block", `{"name":"b"}`))
	s.running("b")

	stopped := make(chan error, 1)
	go func() { stopped <- s.wires.Shutdown(t.Context()) }()
	for refused := false; !refused; { // until Shutdown has begun
		a := s.ask("POST", "/mcp", call("3", "noop", "{}"), "Mcp-Session-Id", client)
		refused = a.status == http.StatusServiceUnavailable
		if refused && (a.header.Get("Retry-After") == "" || string(decode(t, a.body).ID) != "3") {
			t.Errorf("%v %s", a.header, a.body)
		}
	}
	s.send(endpoint, cancelled("2", "")) // a running call may still be taken back
	s.wantCause(true)
	if e, _ := st.next(); !strings.Contains(e.data, "ended: ") {
		t.Errorf("the stream's answer: %v", e)
	}
	close(s.tools.release)
	if a, _ := receive(t, answered); !strings.Contains(a.body, "released") {
		t.Errorf("the running call: %s", a.body)
	}
	if err, _ := receive(t, stopped); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for _, open := range []*stream{listening, st} {
		if e, ok := open.next(); ok {
			t.Errorf("a stream is open after Shutdown and sent %v", e)
		}
	}
	if a := s.ask("GET", "/mcp/sse", ""); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("a new stream: %d", a.status)
	}
}

func TestShutdownDetachesWhatDoesNotEnd(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	st, endpoint := s.classic()
	answered := s.start("a", "/mcp", call("1", "block", `{"name":"a"}`), "Mcp-Session-Id", client)
	s.send(endpoint, call("2", "block", `{"name":"b"}`))
	s.running("b")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.wires.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for range 2 {
		if cause, _ := receive(t, s.tools.causes); errors.Is(cause, orchestrator.ErrCancelled) {
			t.Errorf("cause %v", cause)
		}
	}
	if a, _ := receive(t, answered); !strings.Contains(a.body, "ended: ") {
		t.Errorf("the answer is lost: %s", a.body)
	}
	if e, _ := st.next(); !strings.Contains(e.data, "ended: ") {
		t.Errorf("the stream's answer is lost: %v", e)
	}
}
