package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool/transport"
)

// classic opens a classic stream and returns where to post.
func (s *site) classic(header ...string) (*stream, string) {
	s.t.Helper()
	st := s.stream("GET", "/mcp/sse", "", header...)
	e, _ := st.next()
	if e.name != "endpoint" {
		s.t.Fatalf("the first event is %v", e)
	}
	return st, e.data
}

func (s *site) send(endpoint, body string, header ...string) {
	s.t.Helper()
	if a := s.ask("POST", endpoint, body, header...); a.status != http.StatusAccepted {
		s.t.Fatalf("%s: %d %s", body, a.status, a.body)
	}
}

func TestAClassicClientIsAnsweredOnItsStream(t *testing.T) {
	s := newSite(t, transport.Config{})
	st, endpoint := s.classic()
	if origin := st.res.Header.Get("Access-Control-Allow-Origin"); origin != "" {
		t.Errorf("any page may read it: %q", origin)
	}
	s.send(endpoint, initialize)
	s.send(endpoint, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	s.send(endpoint, call("9007199254740993", "owner", "{}"))
	s.send(endpoint, `{"jsonrpc":`)
	answers := map[string]result{}
	for range 3 {
		e, _ := st.next()
		r := decode(t, e.data)
		answers[string(r.ID)] = r
	}
	if answers["0"].Result == nil || answers["9007199254740993"].text() != "ann" || answers["null"].Error == nil {
		t.Errorf("answers: %v", answers)
	}
	s.send(endpoint, call("2", "progress", `{"name":"p"}`))
	for range 3 {
		if e, _ := st.next(); decode(t, e.data).Params.Message != "p" {
			t.Errorf("progress: %v", e)
		}
	}
	if e, _ := st.next(); decode(t, e.data).text() != "told" {
		t.Errorf("answer: %v", e)
	}
}

func TestAClassicClientBehindAProxyIsToldItsPath(t *testing.T) {
	s := newSite(t, transport.Config{BasePath: "/py/"})
	if _, endpoint := s.classic(); !strings.HasPrefix(endpoint, "/py/mcp/message?sessionId=") {
		t.Errorf("endpoint %q", endpoint)
	}
}

func TestAClassicStreamBelongsToTheKeyThatOpenedIt(t *testing.T) {
	s := newSite(t, transport.Config{})
	st, endpoint := s.classic()
	_, bobs := s.classic("Authorization", "Bearer bob")
	listening := s.initialize()
	s.stream("GET", "/mcp", "", "Mcp-Session-Id", listening)
	for name, tt := range map[string]struct{ endpoint, key string }{
		"another key":      {endpoint, "bob"},
		"the other's":      {bobs, "ann"},
		"never opened":     {"/mcp/message?sessionId=" + s.initialize(), "ann"},
		"no id":            {"/mcp/message", "ann"},
		"no classic one's": {"/mcp/message?sessionId=" + listening, "ann"},
	} {
		a := s.ask("POST", tt.endpoint, call("1", "noop", "{}"), "Authorization", "Bearer "+tt.key)
		if a.status != http.StatusNotFound || !strings.Contains(a.body, "GET /mcp/sse") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	st.stop()
	for range st.events { // until it has ended here
	}
}

func TestAClassicStreamThatDropsDetachesItsCalls(t *testing.T) {
	s := newSite(t, transport.Config{})
	st, endpoint := s.classic()
	for i := range 3 {
		s.send(endpoint, call(fmt.Sprint(i), "block", `{"name":"x"}`))
		s.running("x")
	}
	st.stop()
	for range 3 {
		s.wantCause(false)
	}
}

func TestAClassicCallIsCancelledByItsClient(t *testing.T) {
	s := newSite(t, transport.Config{})
	st, endpoint := s.classic()
	other, others := s.classic()
	s.send(endpoint, call("1", "block", `{"name":"x"}`))
	s.running("x")
	s.send(others, cancelled("1", ""))
	s.send(endpoint, cancelled("1", "stop"))
	s.wantCause(true)
	if e, _ := st.next(); !strings.Contains(e.data, "ended: ") {
		t.Errorf("answer: %v", e)
	}
	other.stop()
}

func TestAClientHasABoundOfCallsOnItsStream(t *testing.T) {
	s := newSite(t, transport.Config{})
	st, endpoint := s.classic()
	for i := range 100 {
		s.send(endpoint, call(fmt.Sprint(i), "block", `{"name":"x"}`))
		s.running("x")
	}
	s.send(endpoint, call("100", "block", "{}"))
	e, _ := st.next()
	if r := decode(t, e.data); string(r.ID) != "100" || r.Error == nil || !strings.Contains(r.Error.Message, "100 calls") {
		t.Errorf("the 101st: %v", e)
	}
	s.send(endpoint, cancelled("7", ""))
	if e, _ := st.next(); string(decode(t, e.data).ID) != "7" {
		t.Errorf("a cancellation must still pass: %v", e)
	}
}
