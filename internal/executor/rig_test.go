// Package executor_test has a front's client and an executor's server speak to
// each other over real connections.
package executor_test

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a-token-of-the-fronts"

// executor is a server over a scripted service.
type executor struct {
	svc  *fake.Service
	api  *server.Server
	http *httptest.Server
}

// newExecutor serves svc to fronts with these tokens; without any, to all.
func newExecutor(t *testing.T, svc *fake.Service, tokens ...keyring.Key) *executor {
	t.Helper()
	listener, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return executorOn(t, listener, svc, tokens...)
}

func executorOn(t *testing.T, listener net.Listener, svc *fake.Service, tokens ...keyring.Key) *executor {
	t.Helper()
	e := &executor{svc: svc, api: server.New(server.Config{Tokens: tokens, Build: "test", Logger: slog.New(slog.DiscardHandler)}, svc)}
	e.http = httptest.NewUnstartedServer(nil)
	_ = e.http.Listener.Close()
	e.http.Listener = listener
	e.http.Config = e.api.HTTP()
	e.http.Start()
	t.Cleanup(e.http.Close)
	return e
}

// front is a client of the executor.
func (e *executor) front(t *testing.T, token string) *client.Client {
	t.Helper()
	return frontOf(t, client.Config{URL: e.http.URL, Token: token})
}

func frontOf(t *testing.T, cfg client.Config) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c, err := client.New(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// split is a client, and the service behind its executor.
func split(t *testing.T) (*client.Client, *fake.Service) {
	t.Helper()
	svc := &fake.Service{}
	return newExecutor(t, svc).front(t, ""), svc
}

func ref(id string) orchestrator.Ref { return orchestrator.Ref{Owner: "ann", ID: id} }

func wantCode(t *testing.T, err error, code orchestrator.Code, words ...string) {
	t.Helper()
	if err == nil || orchestrator.AsError(err).Code != code {
		t.Fatalf("got %v, want an error of code %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}
