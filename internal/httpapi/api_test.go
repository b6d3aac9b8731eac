package httpapi_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
)

func TestUnknownPathsAndMethodsAreAnsweredInJSON(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	for _, path := range []string{"/", "/mcpx", "/mcp/none", "/favicon.ico"} {
		if w := f.ask("GET", path); w.Code != http.StatusNotFound || !strings.Contains(failed(t, w).Message, "/mcp") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := f.ask("POST", "/health"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST /health: %d %v", w.Code, w.Header())
	}
}

func TestATrailingSlashIsNoOtherPath(t *testing.T) {
	if w := newFace(t, httpapi.Config{}, healthy).ask("POST", "/mcp/"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPanicIsAnsweredAndLoggedWithoutItsWords(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	f.mcp.handler = func(http.ResponseWriter, *http.Request) { panic("the client's words") }
	w := f.ask("POST", "/mcp")
	if w.Code != http.StatusInternalServerError || failed(t, w).Error != "internal" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if log := f.log.String(); strings.Contains(log, "client's words") || !strings.Contains(log, "api_test.go") {
		t.Errorf("log: %s", log)
	}
}

func TestHalfAnAnswerIsCutOff(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	f.mcp.handler = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("x")
	}
	srv := httptest.NewServer(f)
	defer srv.Close()
	res, err := srv.Client().Post(srv.URL+"/mcp", "application/json", nil)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("it passed for a whole one")
	}
}

func TestTheGuardsLetStreamsThrough(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	release := make(chan struct{})
	f.mcp.handler = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
		<-release
	}
	srv := httptest.NewServer(f)
	defer srv.Close()
	defer close(release)
	res, err := srv.Client().Get(srv.URL + "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); line != "first\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// Over a connection in memory, on a clock that runs ahead.
func TestABodyThatIsNotTakenIsNotWaitedFor(t *testing.T) {
	for _, line := range []string{"POST /mcp", "POST /health", "POST /none", "GET /health", "HEAD /health", "GET /admin/app.js", "OPTIONS /mcp", "DELETE /none"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFace(t, httpapi.Config{Keys: []keyring.Key{{Name: "ann", Secret: "k"}}, AdminKey: "a", Admin: &fake.Service{}}, healthy)
			srv, here := httpapi.NewServer(f.API), oneConn(t)
			served := make(chan error, 1)
			go func() { served <- srv.Serve(here) }()
			start := time.Now()
			_, _ = io.WriteString(here.client, line+" HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: GET\r\nContent-Length: 100\r\n\r\n")
			answer, _ := io.ReadAll(here.client)
			if took := time.Since(start); !strings.Contains(string(answer), "HTTP/1.1 4") || took > 11*time.Second {
				t.Errorf("%s: %q in %s", line, answer, took)
			}
			srv.Close()
			<-served
		})
	}
}

func TestAStreamOutlivesABodyThatItDidNotNeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFace(t, httpapi.Config{}, healthy)
		f.mcp.handler = func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				t.Error("it was taken for dropped")
			case <-time.After(time.Minute):
			}
		}
		srv, here := httpapi.NewServer(f.API), oneConn(t)
		served := make(chan error, 1)
		go func() { served <- srv.Serve(here) }()
		_, _ = io.WriteString(here.client, "GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
		if answer, _ := io.ReadAll(here.client); !strings.Contains(string(answer), "200 OK") {
			t.Errorf("%q", answer)
		}
		srv.Close()
		<-served
	})
}

// memory is a listener with one connection.
type memory struct {
	client net.Conn
	conns  chan net.Conn
	closed chan struct{}
}

func oneConn(t *testing.T) *memory {
	client, server := net.Pipe()
	t.Cleanup(func() { client.Close() })
	m := &memory{client: client, conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	m.conns <- server
	return m
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	close(m.closed)
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

func TestTheServerHasItsBounds(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	s := httpapi.NewServer(f.API)
	if s.ReadHeaderTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("no bound: %+v", s)
	}
	if s.WriteTimeout != 0 || s.ReadTimeout != 0 {
		t.Error("a stream would be cut")
	}
}

func TestAnAbortedAnswerStaysOne(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	f.mcp.handler = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
	}()
	f.ask("POST", "/mcp")
}
