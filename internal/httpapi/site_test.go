package httpapi_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

const (
	publicURL = "http://localhost/base"
	maxUpload = 1 << 20
)

// site serves the real files of a real orchestrator, on an engine in memory, to
// ann and bob.
type site struct {
	t      *testing.T
	url    string
	dir    string
	client *http.Client
	links  *httpapi.Links
	log    *lockedLog
	*orchestrator.Orchestrator
}

func newSite(t *testing.T, change ...func(*httpapi.Config)) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), client: &http.Client{}, log: &lockedLog{}}
	files, err := workspace.Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	engine := fake.NewEngine()
	s.Orchestrator = orchestrator.New(orchestrator.Config{
		Limits: orchestrator.Limits{MaxSessions: 3, IdleTimeout: time.Hour, JobTimeoutMax: time.Hour, MaxOutputChars: 1000,
			Retention: 24 * time.Hour, MaxUpload: maxUpload, Sandbox: orchestrator.SandboxLimits{Disk: 8 << 20}},
		Image: "image", Engine: engine, Dial: fake.Dial, Workspace: files, Store: fake.NewStore(), Fetcher: nil, Logger: slog.New(slog.DiscardHandler),
	})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.links = httpapi.NewLinks([]byte("the secret"), publicURL)
	cfg := httpapi.Config{
		Keys: []keyring.Key{{Name: "ann", Secret: "k-ann"}, {Name: "bob", Secret: "k-bob"}}, Host: "127.0.0.1", PublicURL: publicURL,
		Files: s.Orchestrator, Links: s.links, Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&cfg)
	}
	api, err := httpapi.New(cfg, s.Orchestrator, &fakeMCP{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httpapi.NewServer(api)
	go func() { _ = server.Serve(listener) }()
	s.url = "http://" + listener.Addr().String()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		server.Close()
		s.Close()
		files.Close()
		engine.Destroy()
	})
	return s
}

// answer is one that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request as ann, unless the header says otherwise: name, value, …
func (s *site) ask(method, path string, body io.Reader, header ...string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer k-ann")
	for i := 0; i < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

// get is ask for what is there.
func (s *site) get(path string, header ...string) answer {
	s.t.Helper()
	return s.ask("GET", path, nil, header...)
}

// put sends a file.
func (s *site) put(path, content string, header ...string) answer {
	s.t.Helper()
	return s.ask("PUT", path, strings.NewReader(content), header...)
}

// link is a link's path and query, without a key.
func (s *site) link(link string) string {
	s.t.Helper()
	rest, ok := strings.CutPrefix(link, publicURL)
	if !ok {
		s.t.Fatalf("%q is no link", link)
	}
	return rest
}

func (s *site) nonce(owner, id string) string {
	s.t.Helper()
	nonce, err := s.Nonce(context.Background(), orchestrator.Ref{Owner: owner, ID: id}, true)
	if err != nil {
		s.t.Fatal(err)
	}
	return nonce
}

// folder is ann's session's folder on the host.
func (s *site) folder(id string) string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "sandboxes", "*", id))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("folders %v, %v", found, err)
	}
	return found[0]
}

// staged counts the files on their way.
func (s *site) staged() int {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, "tmp"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(entries)
}

// lockedLog keeps what is logged.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func ann(id string) orchestrator.Ref { return orchestrator.Ref{Owner: "ann", ID: id} }
