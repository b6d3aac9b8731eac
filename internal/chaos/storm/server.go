package storm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startPatience bounds one start: the adoption of a few sandboxes on a busy
	// machine, and after an engine's restart the engine's own slowness.
	startPatience = 60 * time.Second
	// stopPatience bounds an orderly end, spares' removal included.
	stopPatience = 45 * time.Second
	healthPause  = 20 * time.Millisecond
)

// Server is the program under test, on one address from start to start.
type Server struct {
	program string
	env     []string
	address string
	log     *os.File

	mu    sync.Mutex
	cmd   *exec.Cmd
	done  chan struct{} // closed when cmd has ended
	up    chan struct{} // closed while it serves
	kills int
}

// NewServer takes a free port. The caller starts the server, and closes log
// after it has stopped.
func NewServer(program, dataDir string, log *os.File, env ...string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	s := &Server{program: program, address: address, log: log, up: make(chan struct{})}
	s.env = append(os.Environ(), append([]string{"HOST=127.0.0.1", "PORT=" + port, "SANDBOX_DATA_DIR=" + dataDir, "LOG_LEVEL=INFO"}, env...)...)
	return s, l.Close()
}

// Start starts the server and returns how long it took until it was healthy.
func (s *Server) Start(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("the server was not healthy within %v", startPatience))
	defer cancel()
	began := time.Now()
	cmd := exec.Command(s.program, "serve")
	cmd.Env, cmd.Stderr = s.env, s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is for us
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); { // to its end
		}
		_ = cmd.Wait() // how it ended is known to who ended it
	}()
	s.mu.Lock()
	s.cmd, s.done = cmd, done
	s.mu.Unlock()
	for {
		if status, _ := s.Health(ctx); status == http.StatusOK {
			s.mu.Lock()
			close(s.up)
			s.mu.Unlock()
			return time.Since(began), nil
		}
		select {
		case <-done:
			return 0, errors.New("the server ended before it was healthy: see its log")
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(healthPause):
		}
	}
}

// Kill ends the server as a power cut would.
func (s *Server) Kill() {
	cmd, done := s.goingDown()
	_ = cmd.Process.Kill() // it fails only for one that has ended
	<-done
}

// Stop ends the server in order.
func (s *Server) Stop() error {
	cmd, done := s.goingDown()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-done:
	case <-time.After(stopPatience):
		_ = cmd.Process.Kill()
		<-done
		return fmt.Errorf("the server did not stop within %v", stopPatience)
	}
	if !cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended by %s", cmd.ProcessState)
	}
	return nil
}

// goingDown is before the signal, so that no call is taken for one that failed
// without cause.
func (s *Server) goingDown() (*exec.Cmd, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kills++
	select {
	case <-s.up:
		s.up = make(chan struct{})
	default: // it never was
	}
	return s.cmd, s.done
}

// Kills counts the server's ends.
func (s *Server) Kills() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kills
}

// Up waits until the server serves; false when ctx ended first.
func (s *Server) Up(ctx context.Context) bool {
	s.mu.Lock()
	up := s.up
	s.mu.Unlock()
	select {
	case <-up:
		return true
	case <-ctx.Done():
		return false
	}
}

// Health asks /health; 0 when nothing answers.
func (s *Server) Health(ctx context.Context) (status int, body string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/health", nil)
	if err != nil {
		return 0, ""
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	text, _ := bufio.NewReader(res.Body).ReadString('\n')
	return res.StatusCode, strings.TrimSpace(text)
}

// PID is the server's process.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
}

// Purge removes all that the stopped server has left.
func (s *Server) Purge(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.program, "sessions", "purge")
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("purging: %w: %s", err, out)
	}
	return nil
}
