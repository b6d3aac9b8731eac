package socketproxy_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/docker"
	"power-interpreter/internal/socketproxy"
	"power-interpreter/orchestrator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	id      = "00112233445566aa"
	other   = "00112233445566bb" // another data folder's
	image   = "registry.example/power/runner:1"
	dataDir = "/srv/data"
)

func limits() orchestrator.SandboxLimits {
	return orchestrator.SandboxLimits{Memory: 4 << 30, CPUs: 1.1, Pids: 512, Disk: 5 << 30}
}

func spec() orchestrator.Spec {
	return orchestrator.Spec{
		ID: id, UID: 70001, Folder: dataDir + "/sandboxes/" + id, Image: image, Runner: "cafe", DataDir: dataDir, Limits: limits(),
	}
}

// rig is a proxy before an engine that notes what reaches it.
type rig struct {
	socket string // of the proxy
	http   *http.Client
	away   func() // ends the engine

	mu    sync.Mutex
	asked []string
	body  []byte // of the last create
}

func newRig(t *testing.T) *rig {
	t.Helper()
	// Not t.TempDir: a socket's path may have 107 bytes only.
	dir, err := os.MkdirTemp("", "proxy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	r := &rig{socket: filepath.Join(dir, "proxy")}
	engine := filepath.Join(dir, "engine")
	r.away = listen(t, engine, &http.Server{Handler: r.engine()})
	proxy := socketproxy.New(socketproxy.Config{
		Engine: engine, Logger: slog.New(slog.DiscardHandler),
		Rules: docker.Rules{DataDir: dataDir, Image: image, Limits: limits()},
	})
	listen(t, r.socket, proxy.Server())
	r.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", r.socket)
	}}}
	return r
}

func listen(t *testing.T, socket string, server *http.Server) (stop func()) {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	stop = func() { _ = server.Close(); <-served }
	t.Cleanup(stop)
	return stop
}

// engine knows one sandbox of the data folder and one of another's.
func (r *rig) engine() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/_ping", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /containers/{name}/json", func(w http.ResponseWriter, q *http.Request) {
		name := q.PathValue("name")
		labels := map[string]string{"power-interpreter.sandbox": strings.TrimPrefix(name, "power-interpreter-"), "power-interpreter.data": dataDir}
		switch name {
		case "power-interpreter-" + other:
			labels["power-interpreter.data"] = "/srv/other"
		case "power-interpreter-" + id:
		default:
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"Name": "/" + name, "State": map[string]any{"Running": true}, "Config": map[string]any{"Labels": labels}})
	})
	mux.HandleFunc("POST /containers/create", func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.body, _ = io.ReadAll(q.Body)
		_, _ = io.WriteString(w, `{"Id":"1"}`)
	})
	mux.HandleFunc("POST /containers/{name}/start", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("DELETE /containers/{name}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /containers/json", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `[]`) })
	mux.HandleFunc("GET /images/{rest...}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"Config":{"Labels":{"power-interpreter.runner":"cafe"}}}`)
	})
	mux.HandleFunc("POST /containers/{name}/attach", echo)
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		w.Header().Set("Ostype", "linux")
		q.URL.Path = strings.TrimPrefix(q.URL.Path, "/v1.41")
		r.mu.Lock()
		r.asked = append(r.asked, q.Method+" "+q.URL.Path)
		r.mu.Unlock()
		mux.ServeHTTP(w, q)
	})
}

// echo is an attachment that says what it was told, until its client leaves.
func echo(w http.ResponseWriter, _ *http.Request) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	// stdout is framed: a kind, three zeroes, and the length.
	line, err := buf.ReadString('\n')
	if err != nil {
		return
	}
	_, _ = conn.Write(append([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(line))}, line...))
	_, _ = io.Copy(io.Discard, buf)
}

// reached are the calls that reached the engine since the last time, but for
// pings and questions whose a container is.
func (r *rig) reached() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, call := range r.asked {
		if !strings.HasSuffix(call, "/_ping") && !strings.HasPrefix(call, "GET /containers/power-interpreter-") {
			all = append(all, call)
		}
	}
	r.asked = nil
	return all
}

// send makes a request of the proxy and returns its status.
func (r *rig) send(t *testing.T, method, target, body string) int {
	t.Helper()
	req, err := http.NewRequest(method, "http://engine"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// server is what stands behind the proxy on the other side.
func (r *rig) server(t *testing.T) *docker.Engine {
	t.Helper()
	engine, err := docker.New(docker.Config{Host: "unix://" + r.socket, Image: image, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}
