package executor_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// try makes a call, and one of another kind, and wants the same said of both and
// of the front's health; none of it may show the token, nor a tool the host.
func try(t *testing.T, cfg client.Config, code orchestrator.Code, told, healthy string) {
	t.Helper()
	c := frontOf(t, cfg)
	_, executing := c.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "1"}, nil)
	_, opening := c.Open(t.Context(), ref("a"), "x")
	host := strings.TrimPrefix(strings.TrimPrefix(cfg.URL, "http://"), "https://")
	for _, err := range []error{executing, opening} {
		wantCode(t, err, code, told)
		if strings.Contains(err.Error(), host) {
			t.Errorf("a tool tells the host: %v", err)
		}
	}
	health := c.Health(t.Context())
	wantCode(t, health, orchestrator.CodeUnavailable, host, healthy)
	for _, err := range []error{executing, opening, health} {
		if cfg.Token != "" && strings.Contains(fmt.Sprintf("%+v", err), cfg.Token) {
			t.Errorf("the token is in %v", err)
		}
	}
}

const away, mend = "does not answer", "until the operator has mended it"

func TestNothingThereIsToldAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	try(t, client.Config{URL: "http://" + l.Addr().String()}, orchestrator.CodeUnavailable, away, "connection refused")
	try(t, client.Config{URL: "http://nowhere.invalid:8080", Insecure: true}, orchestrator.CodeUnavailable, away, "resolved")
}

func TestAWrongTokenIsToldAsOne(t *testing.T) {
	e := newExecutor(t, &fake.Service{}, keyring.Key{Secret: token})
	try(t, client.Config{URL: e.http.URL, Token: "another-token"}, orchestrator.CodeInternal, mend, "EXECUTOR_TOKEN")
	try(t, client.Config{URL: e.http.URL}, orchestrator.CodeInternal, mend, "EXECUTOR_TOKEN")
}

func TestAnotherVersionIsToldByBothNumbers(t *testing.T) {
	later := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(protocol.HeaderVersion, "2")
		w.WriteHeader(http.StatusNotFound)
	}))
	defer later.Close()
	try(t, client.Config{URL: later.URL}, orchestrator.CodeInternal, "speaks version 1 of the executor's protocol, the executor \"2\"", "run the same version of power-interpreter on both")
}

func TestAnotherVersionOfTheFrontIsToldToo(t *testing.T) {
	e := newExecutor(t, &fake.Service{})
	r, _ := http.NewRequest("POST", e.http.URL+"/executor/7/execute", strings.NewReader("{}"))
	r.Header.Set(protocol.HeaderVersion, "7")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	body := make([]byte, 1000)
	n, _ := answer.Body.Read(body)
	if answer.StatusCode != 404 || answer.Header.Get(protocol.HeaderVersion) != protocol.Version || !strings.Contains(string(body[:n]), `run the same version`) {
		t.Errorf("%s %s", answer.Status, body[:n])
	}
}

func TestWhatIsNoExecutorIsToldAsNone(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	try(t, client.Config{URL: other.URL}, orchestrator.CodeInternal, "no executor of power-interpreter", "no executor of power-interpreter")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer proxy.Close()
	try(t, client.Config{URL: proxy.URL}, orchestrator.CodeUnavailable, away, "a proxy")
}

func TestTLSThatDoesNotFitIsToldAsThat(t *testing.T) {
	secure := httptest.NewUnstartedServer(server.New(server.Config{}, &fake.Service{}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	address := secure.Listener.Addr().String()
	try(t, client.Config{URL: secure.URL}, orchestrator.CodeInternal, mend, "EXECUTOR_CA")
	try(t, client.Config{URL: "http://" + address}, orchestrator.CodeInternal, mend, "https")
	plain := newExecutor(t, &fake.Service{})
	try(t, client.Config{URL: "https" + strings.TrimPrefix(plain.http.URL, "http")}, orchestrator.CodeInternal, mend, "http://")

	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	c := frontOf(t, client.Config{URL: secure.URL, Roots: roots})
	if err := c.Health(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNothingIsSentInTheClearToAnotherHost(t *testing.T) {
	if _, err := client.New(t.Context(), client.Config{URL: "http://192.0.2.1:8080", Token: token}); err == nil || !strings.Contains(err.Error(), "EXECUTOR_INSECURE") {
		t.Errorf("got %v", err)
	}
	for _, url := range []string{"", "executor:8080", "ftp://localhost", "http://u:p@localhost", "http://localhost/?x", "http://"} {
		if _, err := client.New(t.Context(), client.Config{URL: url}); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: %v", url, err)
		}
	}
	// A name that is localhost's alone, and leads elsewhere.
	e := newExecutor(t, &fake.Service{})
	asked := false
	c := frontOf(t, client.Config{URL: "http://localhost:1", Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, e.http.Listener.Addr().String())
		if err != nil {
			return nil, err
		}
		asked = true
		return elsewhere{conn}, nil
	}})
	wantCode(t, c.Health(t.Context()), orchestrator.CodeUnavailable, "must lead to this host")
	if !asked || len(e.svc.Calls()) > 0 {
		t.Error("it was not asked, or called")
	}
}

// elsewhere is a connection to another host.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }

func TestAHostThatNoWayLeadsToIsTold(t *testing.T) {
	for _, why := range []error{syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		c := frontOf(t, client.Config{URL: "http://localhost:1", Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", why)}
		}})
		wantCode(t, c.Health(t.Context()), orchestrator.CodeUnavailable, "no way leads to its host")
	}
}

func TestAnExecutorThatDiesIsToldAndTheNextOneServes(t *testing.T) {
	begun := make(chan struct{})
	svc := &fake.Service{OnExecute: func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Cell, watch func(orchestrator.Output)) (e orchestrator.Execution, err error) {
		watch(orchestrator.Output{Text: "so far"})
		<-ctx.Done()
		return e, ctx.Err()
	}}
	first := newExecutor(t, svc)
	c := first.front(t, "")
	failed := make(chan error, 1)
	go func() {
		_, err := c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "x"}, func(orchestrator.Output) { close(begun) })
		failed <- err
	}()
	<-begun
	address := first.http.Listener.Addr().String()
	first.http.Listener.Close()
	first.http.CloseClientConnections()
	wantCode(t, <-failed, orchestrator.CodeUnavailable, "went away in the middle of the call")
	first.http.Close()
	wantCode(t, c.Health(t.Context()), orchestrator.CodeUnavailable, address, "connection refused")

	listener, err := server.Listen(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	executorOn(t, listener, &fake.Service{Told: orchestrator.Settings{MaxOutputChars: 7}})
	if err := c.Health(t.Context()); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if _, err := c.Job(t.Context(), "ann", "12345678"); err != nil {
		t.Errorf("the next one: %v", err)
	}
}
