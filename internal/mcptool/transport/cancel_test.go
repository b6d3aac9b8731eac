package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/orchestrator"
)

// start begins a call of block in the background and waits until it runs.
// The channel yields its answer.
func (s *site) start(name, path, body string, header ...string) <-chan answer {
	s.t.Helper()
	answered := make(chan answer, 1)
	go func() { answered <- s.ask("POST", path, body, header...) }()
	s.running(name)
	return answered
}

func (s *site) running(name string) {
	s.t.Helper()
	if got, _ := receive(s.t, s.tools.started); got != name {
		s.t.Fatalf("%q runs, want %q", got, name)
	}
}

// wantCause checks of what cause the call of block ended.
func (s *site) wantCause(cancelled bool) {
	s.t.Helper()
	cause, _ := receive(s.t, s.tools.causes)
	if errors.Is(cause, orchestrator.ErrCancelled) != cancelled {
		s.t.Errorf("the call ended of %v, cancelled must be %v", cause, cancelled)
	}
}

// The reasons are those that the official clients send.
func TestACancelledCallEndsOfTheCauseThatItsReasonTells(t *testing.T) {
	for _, tt := range []struct {
		reason    string
		cancelled bool
	}{
		{"", true},
		{"User pressed stop", true},
		{"caller cancelled", true},
		{"context canceled", true},
		{"AbortError: This operation was aborted", true},
		{"McpError: MCP error -32001: Request timed out", false},
		{"McpError: MCP error -32001: Maximum total timeout exceeded", false},
		{"timed out after 60.0s", false},
		{"context deadline exceeded", false},
		{"TimeoutError: The operation was aborted due to timeout", false},
		{"Request Timeout", false},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s := newSite(t, transport.Config{})
			client := s.initialize()
			answered := s.start("x", "/mcp", call("5", "block", `{"name":"x"}`), "Mcp-Session-Id", client)
			if a := s.ask("POST", "/mcp", cancelled("5", tt.reason), "Mcp-Session-Id", client); a.status != http.StatusAccepted {
				t.Fatalf("%d %s", a.status, a.body)
			}
			s.wantCause(tt.cancelled)
			if a, _ := receive(t, answered); !strings.Contains(a.body, "ended: ") {
				t.Errorf("the answer is lost: %q", a.body)
			}
		})
	}
}

func TestNobodyCancelsAnothersCall(t *testing.T) {
	s := newSite(t, transport.Config{})
	mine, yours, bobs := s.initialize(), s.initialize(), s.initialize("Authorization", "Bearer bob")
	answered := s.start("mine", "/mcp", call("1", "block", `{"name":"mine"}`), "Mcp-Session-Id", mine)
	body, header := modern("1", "block")
	answeredModern := s.start("", "/mcp", body, header...)
	answeredBody := s.start("body", "/mcp/sse", call("1", "block", `{"name":"body"}`))

	stranger := strings.Replace(cancelled("1", ""), `"params":{`, `"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`, 1)
	s.ask("POST", "/mcp", cancelled("1", ""), "Mcp-Session-Id", yours)
	s.ask("POST", "/mcp", cancelled("1", ""), "Mcp-Session-Id", bobs, "Authorization", "Bearer bob")
	s.ask("POST", "/mcp", cancelled("1", ""), "Mcp-Session-Id", mine, "Authorization", "Bearer bob")
	s.ask("POST", "/mcp/sse", cancelled("1", ""))
	if a := s.ask("POST", "/mcp", stranger, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Session-Id", mine); a.status != http.StatusAccepted {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.ask("POST", "/mcp", cancelled("1", ""), "Mcp-Protocol-Version", "2026-07-28"); a.status != http.StatusAccepted {
		t.Errorf("as the Go client sends it: %d %s", a.status, a.body)
	}
	close(s.tools.release)
	for _, c := range []<-chan answer{answered, answeredModern, answeredBody} {
		if a, _ := receive(t, c); !strings.Contains(a.body, "released") {
			t.Errorf("cancelled by a stranger: %s", a.body)
		}
	}
}

func TestADroppedConnectionDetachesUnlessItsVersionSaysOtherwise(t *testing.T) {
	modernBody, modernHeader := modern("1", "block")
	for _, tt := range []struct {
		name, path, body string
		header           []string
		cancelled        bool
	}{
		{"streamable", "/mcp", call("1", "block", "{}"), nil, false},
		{"modern", "/mcp", modernBody, modernHeader, true},
		{"body", "/mcp/sse", call("1", "block", "{}"), nil, false},
		{"modern body", "/mcp/sse", modernBody, nil, true},
		{"batch", "/mcp/sse", "[" + call("1", "block", "{}") + "]", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, transport.Config{})
			client := s.initialize()
			ctx, drop := context.WithCancel(context.Background())
			gone := make(chan struct{})
			r := s.request(ctx, "POST", tt.path, tt.body, append([]string{"Mcp-Session-Id", client}, tt.header...)...)
			go func() {
				defer close(gone)
				if res, err := s.client.Do(r); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			}()
			s.running("")
			drop()
			s.wantCause(tt.cancelled)
			receive(t, gone)
		})
	}
}

func TestAnIDInUseIsRefusedAndItsCallGoesOn(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	answered := s.start("first", "/mcp", call(`"a"`, "block", `{"name":"first"}`), "Mcp-Session-Id", client)
	for _, id := range []string{`"a"`, `"\u0061"`} {
		a := s.ask("POST", "/mcp", call(id, "noop", "{}"), "Mcp-Session-Id", client)
		if got := decode(t, a.body); a.status != 200 || got.Error == nil || got.Error.Code != -32600 || !strings.Contains(got.Error.Message, "id of its own") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	close(s.tools.release)
	if a, _ := receive(t, answered); !strings.Contains(a.body, "released") {
		t.Errorf("the first: %s", a.body)
	}
	if a := s.ask("POST", "/mcp", call(`"a"`, "noop", "{}"), "Mcp-Session-Id", client); !strings.Contains(a.body, "done") {
		t.Errorf("afterwards: %s", a.body)
	}
}
