//go:build e2e

// Package e2e boots the real program on a free port, with the real engine,
// real containers and real kernels, and speaks to it through the official MCP
// client. `make test` sets up what it needs.
package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// hang is a ceiling on any one wait: it only catches what would wait for ever.
const hang = 2 * time.Minute

// program is the binary under test, built by make.
func program() string {
	path, err := filepath.Abs("../../bin/power-interpreter")
	if err != nil {
		panic(err)
	}
	return path
}

// server is a running power-interpreter: one process or, with E2E_SPLIT, a front
// and its executor.
type server struct {
	url string // of its root
	dir string // SANDBOX_DATA_DIR
	env []string
	log *lockedBuffer
	*process
	executor *executor // nil for none
	divide   *divide   // between the two, nil where there is one
}

// lockedBuffer keeps the last part of what a process writes.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf.Len() > 1<<20 {
		b.buf.Reset()
	}
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start boots `serve --rm` with further environment on a folder of its own.
func start(dir string, env ...string) (*server, error) {
	s := &server{dir: dir, env: env, divide: split}
	return s, s.boot("serve", "--rm")
}

// boot starts the program with these arguments and waits until it listens.
func (s *server) boot(args ...string) error {
	s.log = &lockedBuffer{}
	if s.divide != nil {
		return s.bootSplit(args...)
	}
	p, url, err := launch(nil, s.log, s.environment("SANDBOX_DATA_DIR="+s.dir), "listening on ", args...)
	if err != nil {
		return err
	}
	s.process, s.url = p, strings.TrimSuffix(url, "/mcp")
	return nil
}

// environment is what every process gets, before the server's own.
func (s *server) environment(further ...string) []string {
	env := append([]string{"PORT=0", "FETCH_ALLOW_PRIVATE=127.0.0.0/8", "LOG_LEVEL=INFO"}, further...)
	return append(env, s.env...)
}

// stop ends the server by SIGTERM and returns how it ended.
func (s *server) stop() error {
	err := s.process.stop()
	if s.executor != nil {
		err = errors.Join(err, s.executor.stop())
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, s.log)
	}
	return nil
}

// processes are those that the server is made of.
func (s *server) processes() []*process {
	if s.executor == nil {
		return []*process{s.process}
	}
	return []*process{s.process, s.executor.process}
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	s.process.kill()
	if s.executor != nil {
		s.executor.kill()
	}
}

// shared is the server that most tests use, each in sessions of its own.
var shared *server

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "power-interpreter-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if os.Getenv("E2E_SPLIT") != "" {
		if split, err = newSplit(dir); err != nil {
			fmt.Fprintln(os.Stderr, "E2E_SPLIT:", err)
			return 1
		}
		defer split.close()
	}
	if shared, err = start(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping:", err, shared.log)
		return 1
	}
	return code
}

// own boots a server for one test.
func own(t *testing.T, env ...string) *server {
	t.Helper()
	s, err := start(t.TempDir(), env...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}
