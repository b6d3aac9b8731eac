package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool/transport"
)

// big is a call of n bytes of data, its id where the official clients put it.
func big(n int, id, tool string) map[string]string {
	data := strings.Repeat("x", n)
	params := `"method":"tools/call","params":{"name":"` + tool + `","arguments":{"id":"decoy","data":"` + data + `"}}`
	return map[string]string{
		"id first": `{"jsonrpc":"2.0","id":` + id + `,` + params + `}`,
		"id last":  `{` + params + `,"jsonrpc":"2.0","id":` + id + `}`,
	}
}

func TestAMessageUpToTheBoundIsTaken(t *testing.T) {
	s := newSite(t, transport.Config{MaxRequest: 2 << 20})
	for name, body := range big(1<<20, "1", "size") {
		if a := s.ask("POST", "/mcp/sse", body); decode(t, a.body).text() != "xxx" {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
	}
}

// The official Python client waits for ever on a bare 413.
func TestAnOverLargeMessageIsRefusedInsideJSONRPC(t *testing.T) {
	s := newSite(t, transport.Config{MaxRequest: 1000})
	client := s.initialize()
	for name, body := range big(5000, `"up \"1\""`, "size") {
		for _, path := range []string{"/mcp", "/mcp/sse"} {
			for _, chunked := range []bool{false, true} {
				r := s.request(t.Context(), "POST", path, body, "Mcp-Session-Id", client)
				if chunked {
					r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(body))
				}
				res, err := s.client.Do(r)
				if err != nil {
					t.Fatalf("%s %s: %v", name, path, err)
				}
				data, _ := io.ReadAll(res.Body)
				res.Body.Close()
				got := decode(t, string(data))
				if res.StatusCode != http.StatusOK || string(got.ID) != `"up \"1\""` || !strings.Contains(got.Error.Message, "PUT") || !strings.Contains(got.Error.Message, "1000 B") {
					t.Errorf("%s %s chunked=%v: %d %s", name, path, chunked, res.StatusCode, data)
				}
			}
		}
	}
}

func TestAnOverLargeMessageIsRefusedOnTheStream(t *testing.T) {
	s := newSite(t, transport.Config{MaxRequest: 1000})
	st, endpoint := s.classic()
	s.send(endpoint, big(5000, "8", "size")["id last"])
	e, _ := st.next()
	if got := decode(t, e.data); string(got.ID) != "8" || got.Error == nil {
		t.Errorf("%v", e)
	}
}

func TestFarBeyondTheBoundNothingMoreIsRead(t *testing.T) {
	s := newSite(t, transport.Config{MaxRequest: 1000})
	endless := s.request(t.Context(), "POST", "/mcp/sse", "")
	endless.Body, endless.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 1<<40)), 1<<40
	res, err := s.client.Do(endless)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	if got := decode(t, string(data)); string(got.ID) != "null" || got.Error == nil {
		t.Errorf("%s", data)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAMessageOfVeryManyValuesIsRefused(t *testing.T) {
	s := newSite(t, transport.Config{})
	body := call("3", "noop", `{"a":[`+strings.Repeat("1,", 1<<20)+`1]}`)
	a := s.ask("POST", "/mcp/sse", body)
	if got := decode(t, a.body); a.status != http.StatusOK || string(got.ID) != "3" || !strings.Contains(got.Error.Message, "values") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// More large messages than there are places: each waits for its turn.
func TestLargeMessagesTakeTurns(t *testing.T) {
	s := newSite(t, transport.Config{})
	done := make(chan string, 6)
	for i := range cap(done) {
		go func() {
			done <- decode(t, s.ask("POST", "/mcp/sse", big(1<<20, fmt.Sprint(i), "size")["id last"]).body).text()
		}()
	}
	for range cap(done) {
		if got, _ := receive(t, done); got != "xxx" {
			t.Errorf("answer %q", got)
		}
	}
}
