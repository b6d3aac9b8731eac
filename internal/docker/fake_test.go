package docker_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

const (
	id        = "00112233445566aa"
	other     = "00112233445566bb"
	testImage = "power-interpreter-runner:test"
)

func spec() orchestrator.Spec {
	return orchestrator.Spec{
		ID: id, UID: 70001, Folder: "/srv/data/sandboxes/" + id, Image: testImage,
		Runner: "cafe", DataDir: "/srv/data",
		Limits: orchestrator.SandboxLimits{Memory: 4 << 30, CPUs: 1.5, Pids: 512, Disk: 5 << 30},
	}
}

// fakeEngine answers the engine's HTTP interface on a socket, as each test
// says. Paths come without the API version, with {name} filled in.
type fakeEngine struct {
	host    string
	mux     *http.ServeMux
	mu      sync.Mutex
	asked   []string // "METHOD /path", pings left out
	closing chan struct{}
}

var apiVersion = regexp.MustCompile(`^/v1\.\d+`)

func newFake(t *testing.T) *fakeEngine {
	t.Helper()
	// Not t.TempDir: a socket's path may have 107 bytes only.
	dir, err := os.MkdirTemp("", "engine")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	fake := &fakeEngine{host: "unix://" + socket, mux: http.NewServeMux(), closing: make(chan struct{})}
	server := &http.Server{Handler: fake}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		close(fake.closing)
		_ = server.Close()
		<-served
		_ = os.RemoveAll(dir)
	})
	return fake
}

func (f *fakeEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.41")
	w.Header().Set("Ostype", "linux")
	r.URL.Path = apiVersion.ReplaceAllString(r.URL.Path, "")
	if r.URL.Path != "/_ping" {
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.URL.Path)
		f.mu.Unlock()
	}
	f.mux.ServeHTTP(w, r)
}

// requests are those so far.
func (f *fakeEngine) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

// on answers a route with each answer in turn, the last one for ever.
func (f *fakeEngine) on(route string, answers ...http.HandlerFunc) {
	var turn sync.Mutex
	f.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		turn.Lock()
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		turn.Unlock()
		answer(w, r)
	})
}

// hang holds a request until its client or the test gives up.
func (f *fakeEngine) hang(_ http.ResponseWriter, r *http.Request) {
	// Without its body read, the server does not see the client leave.
	_, _ = io.Copy(io.Discard, r.Body)
	select {
	case <-r.Context().Done():
	case <-f.closing:
	}
}

func status(code int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		if code != http.StatusNoContent {
			_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
		}
	}
}

func body(value any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(value)
	}
}

func pong(http.ResponseWriter, *http.Request) {}

// engine is an adapter for the fake.
func (f *fakeEngine) engine(t *testing.T) *docker.Engine {
	t.Helper()
	return open(t, docker.Config{Host: f.host, Image: testImage})
}

func open(t *testing.T, config docker.Config) *docker.Engine {
	t.Helper()
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	engine, err := docker.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}
