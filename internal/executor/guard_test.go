package executor_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// every is each method's name.
var every = []protocol.Method{
	protocol.MethodHello, protocol.MethodEnd, protocol.MethodExecute, protocol.MethodSubmit, protocol.MethodJob, protocol.MethodCancelJob,
	protocol.MethodLoad, protocol.MethodQuery, protocol.MethodDatasets, protocol.MethodFetch, protocol.MethodUpload, protocol.MethodUploadPart,
	protocol.MethodOpen, protocol.MethodFiles, protocol.MethodNonce, protocol.MethodCreate, protocol.MethodReset, protocol.MethodDelete,
	protocol.MethodSessions, protocol.MethodNotices, protocol.MethodHealth, protocol.MethodOverview, protocol.MethodInspect,
	protocol.MethodIntervene, protocol.MethodFigures, "", "no such", "../execute",
}

// ask sends a request as a stranger would, and returns its status and body.
func ask(t *testing.T, url, verb string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequest(verb, url, strings.NewReader(`{"owner":"ann","session":"a","id":"x","cell":{"Code":"1"},"load":{},"query":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(protocol.HeaderVersion, protocol.Version)
	r.Header.Set(protocol.HeaderCall, "an-id-that-is-long-enough")
	change(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

func TestWithoutATokenNothingIsServed(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	svc := &fake.Service{Told: orchestrator.Settings{MaxOutputChars: 12345}}
	e := newExecutor(t, svc, keyring.Key{Name: "web", Secret: token})
	for _, m := range every {
		for _, verb := range []string{"GET", "POST", "PUT", "OPTIONS"} {
			for _, sent := range []string{"", "Bearer ", "Bearer " + token[1:], "Bearer " + token + "x", "bearer " + token, "Basic " + token, token} {
				status, body := ask(t, e.http.URL+protocol.Path(m), verb, func(r *http.Request) {
					if sent != "" {
						r.Header.Set("Authorization", sent)
					}
				})
				if status != http.StatusUnauthorized || strings.Contains(body, "12345") || strings.Contains(body, token) {
					t.Errorf("%s %s with %q: %d %s", verb, m, sent, status, body)
				}
			}
		}
	}
	if calls := svc.Calls(); len(calls) > 0 {
		t.Errorf("it came to %+v", calls)
	}
}

// TestAStrangerHoldsNoConnection sends the head of a request alone, or goes on
// after a refusal: connections are counted, and are the fronts'.
func TestAStrangerHoldsNoConnection(t *testing.T) {
	e := newExecutor(t, &fake.Service{}, keyring.Key{Secret: token})
	for name, rest := range map[string]string{
		"a body that never comes": "Content-Length: 10\r\n\r\n", "chunks that never come": "Transfer-Encoding: chunked\r\n\r\n", "nothing more": "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", e.http.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
			_, _ = io.WriteString(conn, "POST "+protocol.Path(protocol.MethodExecute)+" HTTP/1.1\r\nHost: localhost\r\n"+rest)
			if answer, err := io.ReadAll(conn); err != nil || !strings.Contains(string(answer), "401") {
				t.Errorf("%q, %v", answer, err)
			}
		})
	}
}

// TestAPageInABrowserCannotCall is for an executor without a token, on loopback:
// what keeps pages out is a header of ours, which they may not send to another
// origin, and our own names, for pages that have one resolve to this machine.
func TestAPageInABrowserCannotCall(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	svc := &fake.Service{}
	e := newExecutor(t, svc)
	for name, change := range map[string]func(*http.Request){
		"without the header": func(r *http.Request) { r.Header.Del(protocol.HeaderVersion) },
		"by another name":    func(r *http.Request) { r.Host = "evil.example:8080" },
		"by another address": func(r *http.Request) { r.Host = "192.0.2.1" },
	} {
		status, body := ask(t, e.http.URL+protocol.Path(protocol.MethodExecute), "POST", change)
		if status != http.StatusForbidden && status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if calls := svc.Calls(); len(calls) > 0 {
		t.Errorf("it came to %+v", calls)
	}
}

// TestAFrontThatIsBrokenIsRefusedInWords sends what no client of ours does.
func TestAFrontThatIsBrokenIsRefusedInWords(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	svc := &fake.Service{}
	e := newExecutor(t, svc)
	for name, c := range map[string]struct {
		method protocol.Method
		body   string
		change func(*http.Request)
	}{
		"no JSON":       {method: protocol.MethodExecute, body: "code"},
		"too much":      {method: protocol.MethodExecute, body: `{"owner":"` + strings.Repeat("a", protocol.MaxRequest) + `"}`},
		"no owner":      {method: protocol.MethodExecute, body: `{"session":"a","cell":{}}`},
		"no cell":       {method: protocol.MethodExecute, body: `{"owner":"ann","session":"a"}`},
		"no load":       {method: protocol.MethodLoad, body: `{"owner":"ann","session":"a"}`},
		"no query":      {method: protocol.MethodQuery, body: `{"owner":"ann","session":"a"}`},
		"another owner": {method: protocol.MethodJob, body: `{"owner":"desk:ann","id":"x"}`},
		"no call id":    {method: protocol.MethodJob, body: `{"owner":"ann","id":"x"}`, change: func(r *http.Request) { r.Header.Del(protocol.HeaderCall) }},
		"no number":     {method: protocol.MethodUploadPart + "?owner=ann&session=a&name=x&offset=-x", body: ""},
	} {
		status, body := ask(t, e.http.URL+protocol.Path(c.method), "POST", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(c.body))
			r.ContentLength = int64(len(c.body))
			if c.change != nil {
				c.change(r)
			}
		})
		if !strings.Contains(body, string(orchestrator.CodeInvalid)) {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
	if calls := svc.Calls(); len(calls) > 0 {
		t.Errorf("it came to %+v", calls)
	}
}

func TestACallThatPanicsEndsAlone(t *testing.T) {
	c, svc := split(t)
	svc.OnJob = func(_ context.Context, _, id string) (e orchestrator.Execution, err error) { panic(id) }
	_, err := c.Job(t.Context(), "ann", "secret words")
	wantCode(t, err, orchestrator.CodeUnavailable)
	if err := c.Health(t.Context()); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// hostile answers every call with what it likes.
func hostile(t *testing.T, answer string, repeat int) *client.Client {
	t.Helper()
	s := newHostile(answer, repeat)
	t.Cleanup(s.Close)
	return frontOf(t, client.Config{URL: s.URL})
}

// TestAnExecutorThatIsBrokenIsToldAndCostsNoMemory sends what ours does not.
func TestAnExecutorThatIsBrokenIsToldAndCostsNoMemory(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		repeat int
		words  string
	}{
		"no JSON":            {"<html>\n", 1, "no event of the protocol"},
		"another type":       {`{"done":true,"result":7}` + "\n", 1, "no event of the protocol"},
		"a line without end": {strings.Repeat("x", 1<<20), 100, "longer than any may be"},
		"no end":             {`{"output":{"Text":"x"}}` + "\n", 10, "went away"},
		"nothing":            {"", 1, "does not answer"},
	} {
		e, err := hostile(t, c.answer, c.repeat).Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "1"}, nil)
		if err == nil || !strings.Contains(err.Error(), c.words) || !reflect.DeepEqual(e, orchestrator.Execution{}) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}
