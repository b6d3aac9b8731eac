//go:build e2e

// Package e2e boots the real program on a free port, with the real engine,
// real containers and real kernels, and speaks to it through the official MCP
// client. `make test` sets up what it needs.
package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
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

// server is a running power-interpreter.
type server struct {
	url  string // of its root
	dir  string // SANDBOX_DATA_DIR
	env  []string
	cmd  *exec.Cmd
	done chan error
	log  *lockedBuffer
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
	s := &server{dir: dir, env: env}
	return s, s.boot("serve", "--rm")
}

// boot starts the program with these arguments and waits until it listens.
func (s *server) boot(args ...string) error {
	s.done, s.log = make(chan error, 1), &lockedBuffer{}
	s.cmd = exec.Command(program(), args...)
	s.cmd.Env = append(os.Environ(), append([]string{
		"PORT=0", "SANDBOX_DATA_DIR=" + s.dir, "FETCH_ALLOW_PRIVATE=127.0.0.0/8", "LOG_LEVEL=INFO",
	}, s.env...)...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	listening := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, found := strings.CutPrefix(lines.Text(), "listening on "); found {
				listening <- strings.TrimSuffix(url, "/mcp")
			}
		}
		s.done <- s.cmd.Wait()
	}()
	select {
	case s.url = <-listening:
		return nil
	case err := <-s.done:
		s.done <- err
		return fmt.Errorf("the server ended: %v\n%s", err, s.log)
	case <-time.After(hang):
		s.cmd.Process.Kill()
		return fmt.Errorf("the server never listened\n%s", s.log)
	}
}

// stop ends the server by SIGTERM and returns how it ended.
func (s *server) stop() error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.done:
		s.done <- err
		return err
	case <-time.After(hang):
		s.cmd.Process.Kill()
		return fmt.Errorf("the server did not stop\n%s", s.log)
	}
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
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
