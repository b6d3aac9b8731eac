package transport_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool/transport"
)

func TestAPostToSSEIsAnsweredInItsBody(t *testing.T) {
	s := newSite(t, transport.Config{})
	for _, tt := range []struct {
		name, body, accept string
		status             int
		want               string
	}{
		{"a call without a handshake", call("1", "owner", "{}"), "", 200, `"text":"ann"`},
		{"a client that takes JSON only", call("1", "noop", "{}"), "application/json", 200, `"text":"done"`},
		{"the list of tools", `{"jsonrpc":"2.0","id":"l","method":"tools/list"}`, "", 200, `"name":"noop"`},
		{"a handshake", initialize, "", 200, `"protocolVersion":"2025-06-18"`},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "", 202, ""},
		{"broken JSON", `{`, "", 400, `-32700`},
		{"an empty batch", `[]`, "", 400, `empty`},
		{"a broken batch", `[{]`, "", 400, `-32700`},
		{"a batch of notifications", `[{"jsonrpc":"2.0","method":"notifications/initialized"}]`, "", 202, ""},
		{"a batch of too many", "[" + strings.Repeat("1,", 50) + "1]", "", 400, "at most 50"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.ask("POST", "/mcp/sse", tt.body, "Accept", tt.accept)
			if a.status != tt.status || !strings.Contains(a.body, tt.want) {
				t.Errorf("%d %s, want %d with %s", a.status, a.body, tt.status, tt.want)
			}
			if tt.status == http.StatusOK && a.header.Get("Content-Type") != "application/json" {
				t.Errorf("Content-Type %q", a.header.Get("Content-Type"))
			}
		})
	}
}

func TestABatchIsAnsweredInOrderEachByItsID(t *testing.T) {
	s := newSite(t, transport.Config{})
	parts := []string{`17`, `{"jsonrpc":"2.0","method":"notifications/x"}`}
	for i := range 48 {
		parts = append(parts, call(fmt.Sprint(`"`, i, `"`), "noop", "{}"))
	}
	a := s.ask("POST", "/mcp/sse", "["+strings.Join(parts, ",")+"]")
	var answers []result
	if err := json.Unmarshal([]byte(a.body), &answers); err != nil || len(answers) != 49 {
		t.Fatalf("%d answers, %v: %s", len(answers), err, a.body)
	}
	if answers[0].Error == nil || string(answers[0].ID) != "null" {
		t.Errorf("what is no message: %v", answers[0])
	}
	for i, r := range answers[1:] {
		if string(r.ID) != fmt.Sprint(`"`, i, `"`) || r.text() != "done" {
			t.Errorf("answer %d: %v", i, r)
		}
	}
}
