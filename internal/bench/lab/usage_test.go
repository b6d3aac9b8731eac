package lab_test

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"power-interpreter/internal/bench/lab"
)

// sandboxCount is how many containers the stand-in engine has.
const sandboxCount = 3

// TestAllSandboxesAreAskedAtOnce has an engine that answers none before it was
// asked for all, as one does that collects for all at a time.
func TestAllSandboxesAreAskedAtOnce(t *testing.T) {
	var asked sync.WaitGroup
	asked.Add(sandboxCount)
	mux := http.NewServeMux()
	mux.HandleFunc("/containers/json", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"Id":"a"},{"Id":"b"},{"Id":"c"}]`))
	})
	mux.HandleFunc("/containers/{id}/stats", func(w http.ResponseWriter, _ *http.Request) {
		asked.Done()
		asked.Wait()
		_, _ = w.Write([]byte(`{"cpu_stats":{"cpu_usage":{"total_usage":2000000000}},
			"memory_stats":{"usage":100,"stats":{"total_rss":60,"total_active_file":25,"total_inactive_file":15}}}`))
	})
	serveEngine(t, mux)
	engine := lab.NewEngine()
	defer engine.Close()
	memory, work, err := lab.ServerOf(engine, "/data").SandboxesUse(t.Context())
	if err != nil || memory != sandboxCount*60 || work.Seconds() != sandboxCount*2 {
		t.Errorf("they take %v bytes and have used %v: %v", memory, work, err)
	}
}

func TestASandboxWithoutFiguresIsAnErrorNotNothing(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/containers/json", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[{"Id":"a"}]`)) })
	serveEngine(t, mux)
	engine := lab.NewEngine()
	defer engine.Close()
	if _, _, err := lab.ServerOf(engine, "/data").SandboxesUse(t.Context()); err == nil || !strings.Contains(err.Error(), "the engine") {
		t.Errorf("it said %v", err)
	}
}

// serveEngine is an engine at DOCKER_HOST until the test's end.
func serveEngine(t *testing.T, handler http.Handler) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "e.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	t.Setenv("DOCKER_HOST", "unix://"+socket)
}
