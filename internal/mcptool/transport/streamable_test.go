package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"power-interpreter/internal/mcptool/transport"
)

func TestAClientsIDBelongsToTheKeyThatOpenedIt(t *testing.T) {
	s := newSite(t, transport.Config{})
	id := s.initialize()
	for _, tt := range []struct {
		name, key, id string
		status        int
	}{
		{"its own", "ann", id, http.StatusOK},
		{"another key", "bob", id, http.StatusNotFound},
		{"none", "ann", "", http.StatusBadRequest},
		{"never issued", "ann", strings.Repeat("A", 43), http.StatusNotFound},
		{"another spelling", "ann", id + "=", http.StatusNotFound},
		{"a part", "ann", id[:20], http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.ask("POST", "/mcp", call("7", "owner", "{}"), "Mcp-Session-Id", tt.id, "Authorization", "Bearer "+tt.key)
			got := decode(t, a.body)
			if a.status != tt.status || string(got.ID) != "7" {
				t.Fatalf("%d %s, want %d with the id", a.status, a.body, tt.status)
			}
			if tt.status == http.StatusOK && got.text() != tt.key {
				t.Errorf("the call belonged to %q", got.text())
			}
			if tt.status != http.StatusOK && !strings.Contains(got.Error.Message, "initialize") {
				t.Errorf("no advice in %q", got.Error.Message)
			}
		})
	}
}

func TestAClientsIDOutlivesARestartWithTheSameSecret(t *testing.T) {
	secret := []byte(strings.Repeat("s", 32))
	id := newSite(t, transport.Config{Secret: secret}).initialize()
	for _, tt := range []struct {
		name   string
		secret []byte
		status int
	}{
		{"same", secret, http.StatusOK},
		{"another", []byte(strings.Repeat("z", 32)), http.StatusNotFound},
		{"random", nil, http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after := newSite(t, transport.Config{Secret: tt.secret})
			if a := after.ask("POST", "/mcp", call("1", "noop", "{}"), "Mcp-Session-Id", id); a.status != tt.status {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestADeletedClientIsForgotten(t *testing.T) {
	s := newSite(t, transport.Config{})
	id := s.initialize()
	if a := s.ask("DELETE", "/mcp", "", "Mcp-Session-Id", id, "Authorization", "Bearer bob"); a.status != http.StatusNotFound {
		t.Fatalf("another key's DELETE: %d", a.status)
	}
	listening := s.stream("GET", "/mcp", "", "Mcp-Session-Id", id)
	if a := s.ask("DELETE", "/mcp", "", "Mcp-Session-Id", id); a.status != http.StatusOK {
		t.Fatalf("DELETE: %d %s", a.status, a.body)
	}
	if e, ok := listening.next(); ok {
		t.Errorf("its stream stayed open and sent %v", e)
	}
	for _, method := range []string{"POST", "GET", "DELETE"} {
		if a := s.ask(method, "/mcp", call("1", "noop", "{}"), "Mcp-Session-Id", id); a.status != http.StatusNotFound {
			t.Errorf("%s afterwards: %d", method, a.status)
		}
	}
}

func TestANewerStreamTakesTheOldersPlace(t *testing.T) {
	s := newSite(t, transport.Config{})
	id := s.initialize()
	older := s.stream("GET", "/mcp", "", "Mcp-Session-Id", id)
	s.stream("GET", "/mcp", "", "Mcp-Session-Id", id)
	if e, ok := older.next(); ok {
		t.Errorf("the older one sent %v", e)
	}
}

func TestIDsAreEchoedExactly(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	for _, id := range []string{"1", "-3", "0", "9007199254740993", "1732423254619123456", "1.50", "1e3", `"a"`, `""`, `"\u00fc"`, `"1"`} {
		for _, path := range []string{"/mcp", "/mcp/sse"} {
			for _, tool := range []string{"noop", "missing"} {
				a := s.ask("POST", path, call(id, tool, "{}"), "Mcp-Session-Id", client)
				if got := string(decode(t, a.body).ID); got != id {
					t.Errorf("%s %s: id %s came back as %s", path, tool, id, got)
				}
			}
		}
	}
}

func TestWhatIsNoCallIsRefusedWithAdvice(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	for _, tt := range []struct {
		name, body string
		header     []string
		status     int
		code       int
		advice     string
	}{
		{name: "broken JSON", body: `{"jsonrpc":`, status: 400, code: -32700, advice: "valid JSON"},
		{name: "nothing", body: ``, status: 400, code: -32700, advice: "valid JSON"},
		{name: "no object", body: `"hello"`, status: 400, code: -32600, advice: "JSON object"},
		{name: "deep", body: strings.Repeat("[", 200_000), status: 400, code: -32700, advice: "valid JSON"},
		{name: "deep parameters", body: `{"jsonrpc":"2.0","id":1,"method":"ping","params":` + strings.Repeat(`{"a":`, 20_000) + `1` + strings.Repeat(`}`, 20_000) + `}`, status: 400, code: -32700, advice: "depth"},
		{name: "no version", body: `{"id":1,"method":"ping"}`, status: 400, code: -32600, advice: `"2.0"`},
		{name: "no method", body: `{"jsonrpc":"2.0","id":1}`, status: 400, code: -32600, advice: "method"},
		{name: "a method that is a number", body: `{"jsonrpc":"2.0","id":1,"method":5}`, status: 400, code: -32600, advice: "method"},
		{name: "a request and an answer", body: `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, status: 400, code: -32600, advice: "never both"},
		{name: "null id", body: `{"jsonrpc":"2.0","id":null,"method":"ping"}`, status: 400, code: -32600, advice: "id must be"},
		{name: "object id", body: `{"jsonrpc":"2.0","id":{},"method":"ping"}`, status: 400, code: -32600, advice: "id must be"},
		{name: "long id", body: `{"jsonrpc":"2.0","id":"` + strings.Repeat("x", 300) + `","method":"ping"}`, status: 400, code: -32600, advice: "id must be"},
		{name: "unknown method", body: `{"jsonrpc":"2.0","id":1,"method":"tools/fly"}`, status: 200, code: -32601, advice: "tools/fly"},
		{name: "wrong parameters", body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[1]}`, status: 200, code: -32600, advice: "tools/call"},
		{name: "form", body: `x=1`, header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: -32600, advice: "application/json"},
		{name: "no content type", body: `{}`, header: []string{"Content-Type", ""}, status: 415, code: -32600, advice: "application/json"},
		{name: "packed", body: `{}`, header: []string{"Content-Encoding", "gzip"}, status: 415, code: -32600, advice: "Content-Encoding"},
		{name: "takes HTML", body: call("1", "noop", "{}"), header: []string{"Accept", "text/html"}, status: 406, code: -32600, advice: "Accept: application/json"},
		{name: "takes no JSON", body: call("1", "noop", "{}"), header: []string{"Accept", "*/*;q=0, text/event-stream"}, status: 406, code: -32600, advice: "Accept: application/json"},
		{name: "unknown version", body: call("1", "noop", "{}"), header: []string{"Mcp-Protocol-Version", "2020-01-01"}, status: 400, code: -32600, advice: "2025-06-18"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.ask("POST", "/mcp", tt.body, append([]string{"Mcp-Session-Id", client}, tt.header...)...)
			got := decode(t, a.body)
			if a.status != tt.status || got.Error == nil || got.Error.Code != tt.code || !strings.Contains(got.Error.Message, tt.advice) {
				t.Errorf("%d %s, want %d, code %d, %q", a.status, a.body, tt.status, tt.code, tt.advice)
			}
		})
	}
}

func TestOtherMethodsAreNamed(t *testing.T) {
	s := newSite(t, transport.Config{})
	for _, tt := range []struct {
		method, path, version, allow string
	}{
		{"PUT", "/mcp", "", "GET, POST, DELETE"},
		{"HEAD", "/mcp", "", "GET, POST, DELETE"},
		{"GET", "/mcp", "2026-07-28", "POST"},
		{"DELETE", "/mcp", "2026-07-28", "POST"},
		{"DELETE", "/mcp/sse", "", "GET, POST"},
		{"GET", "/mcp/message", "", "POST"},
	} {
		a := s.ask(tt.method, tt.path, "", "Mcp-Protocol-Version", tt.version)
		if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s %s: %d, Allow %q, want %q", tt.method, tt.path, tt.version, a.status, a.header.Get("Allow"), tt.allow)
		}
	}
}

func TestNotificationsAndAnswersAreAccepted(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	for _, body := range []string{
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","method":"notifications/unheard_of","params":{}}`,
		cancelled("77", "no such call"),
		`{"jsonrpc":"2.0","id":1,"result":{}}`,
		`{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}`,
	} {
		if a := s.ask("POST", "/mcp", body, "Mcp-Session-Id", client); a.status != http.StatusAccepted || a.body != "" {
			t.Errorf("%s: %d %q", body, a.status, a.body)
		}
	}
}

// mcp-go's own wire has one queue for all calls of a client.
func TestProgressComesOnTheAnswerOfItsOwnCall(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	s.stream("GET", "/mcp", "", "Mcp-Session-Id", client)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			name := fmt.Sprint("call ", i)
			st := s.stream("POST", "/mcp", call(fmt.Sprint(i), "progress", `{"name":"`+name+`"}`), "Mcp-Session-Id", client)
			for range 3 {
				if e, _ := st.next(); decode(t, e.data).Params.Message != name {
					t.Errorf("%s got %q", name, e.data)
				}
			}
			e, _ := st.next()
			if got := decode(t, e.data); got.text() != "told" || string(got.ID) != fmt.Sprint(i) {
				t.Errorf("%s was answered %q", name, e.data)
			}
			if e, ok := st.next(); ok {
				t.Errorf("after its answer %s got %q", name, e.data)
			}
		})
	}
	wg.Wait()
}

func TestAClientThatTakesNoStreamIsToldNothingAndTheToolKnows(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	for _, tt := range []struct{ path, accept string }{
		{"/mcp", "application/json"},
		{"/mcp", "application/*"},
		{"/mcp/sse", "application/json, text/event-stream"},
	} {
		a := s.ask("POST", tt.path, call("1", "progress", "{}"), "Mcp-Session-Id", client, "Accept", tt.accept)
		if got := decode(t, a.body).text(); got != "nobody listens" || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %q", tt.path, tt.accept, a.body)
		}
	}
	body, header := modern("1", "noop")
	body = strings.Replace(strings.Replace(body, "tools/call", "subscriptions/listen", 1), `"arguments":{}`, `"notifications":{}`, 1)
	header[3] = "subscriptions/listen"
	a := s.ask("POST", "/mcp", body, append(header, "Accept", "application/json")...)
	if a.header.Get("Content-Type") != "application/json" || decode(t, a.body).Error != nil {
		t.Errorf("a subscription: %s %q", a.header.Get("Content-Type"), a.body)
	}
}

func TestBatchesAreOfOneVersion(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	batch := "[" + call("1", "noop", "{}") + `,{"jsonrpc":"2.0","method":"notifications/initialized"},` + call("2", "owner", "{}") + "]"
	for _, tt := range []struct {
		version, client string
		status          int
	}{
		{"", client, 200}, {"2025-03-26", client, 200}, {"2025-06-18", client, 400}, {"2026-07-28", client, 400}, {"", "", 400},
	} {
		a := s.ask("POST", "/mcp", batch, "Mcp-Session-Id", tt.client, "Mcp-Protocol-Version", tt.version)
		if a.status != tt.status {
			t.Errorf("version %q: %d %s", tt.version, a.status, a.body)
		}
	}
}

func TestAPanicIsAnAnswerWithoutItsWords(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	a := s.ask("POST", "/mcp", call("4", "panic", "{}"), "Mcp-Session-Id", client)
	if got := decode(t, a.body); got.Error == nil || string(got.ID) != "4" || strings.Contains(a.body, "secret") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestWhatACallTellsComesWhileItRuns(t *testing.T) {
	s := newSite(t, transport.Config{})
	client := s.initialize()
	st := s.stream("POST", "/mcp", call("1", "announce", `{"name":"x"}`), "Mcp-Session-Id", client)
	for range 3 {
		if e, _ := st.next(); decode(t, e.data).Params.Message != "x" {
			t.Fatalf("%+v", e)
		}
	}
	s.running("x")
	close(s.tools.release)
	if e, _ := st.next(); decode(t, e.data).text() != "told released" {
		t.Errorf("%+v", e)
	}
	if e, ok := st.next(); ok {
		t.Errorf("something follows the answer: %+v", e)
	}
}
