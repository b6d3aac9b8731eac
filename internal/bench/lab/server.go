package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"power-interpreter/internal/program"
)

// dataLabel is what the server marks the containers of its data folder with.
const dataLabel = "power-interpreter.data"

const (
	// calm is how long all sandboxes must have done nothing to be called ready:
	// a spare imports libraries in steps of up to half a second of work, never
	// of waiting.
	calm = 400 * time.Millisecond
	// idleShare is how much of a processor a sandbox may take within that time
	// for its clocks: it is a tenth of this where nothing else runs.
	idleShare = 0.02
	// calmPatience bounds the wait for it: forty sandboxes on two cores take two
	// minutes for their imports.
	calmPatience = 5 * time.Minute
)

// inherited names what the server gets of our environment.
var inherited = []string{"PATH", "HOME", "TMPDIR", "DOCKER_HOST", "SANDBOX_IMAGE", "SANDBOX_RUNTIME"}

// Server is the program under test with a data folder of its own.
type Server struct {
	URL     string // where it speaks MCP
	Data    string // its data folder
	Warm    int    // spares that it keeps
	Pid     int
	engine  *Engine
	program *program.Program
	log     *os.File
	end     chan struct{}
}

// StartServer starts a program on a free port with further settings.
func (e *Engine) StartServer(ctx context.Context, path string, warm int, env ...string) (_ *Server, err error) {
	s := &Server{Warm: warm, engine: e, end: make(chan struct{})}
	if s.Data, err = os.MkdirTemp("", "power-interpreter-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.Data))
		}
	}()
	if s.log, err = os.Create(filepath.Join(s.Data, "server.log")); err != nil {
		return nil, err
	}
	c := program.Config{Path: path, Args: []string{"serve", "--rm"}, Env: s.environment(env), Log: s.log, Thread: true}
	started := make(chan error)
	go s.keep(ctx, c, started)
	return s, <-started
}

// keep starts the server on a thread that lives until Stop: the server is told
// to end with that thread, so that not even a kill -9 of ours leaves it.
func (s *Server) keep(ctx context.Context, c program.Config, started chan<- error) {
	runtime.LockOSThread()
	p, err := program.Start(ctx, c)
	if err == nil {
		s.program, s.URL = p, p.Endpoint
		s.Pid, err = pidOf(p.Endpoint)
	}
	started <- err
	<-s.end
}

func (s *Server) environment(more []string) []string {
	env := []string{
		"HOST=127.0.0.1", "PORT=0", "SANDBOX_DATA_DIR=" + s.Data, "LOG_LEVEL=WARNING",
		"WARM_SANDBOXES=" + strconv.Itoa(s.Warm), "FETCH_ALLOW_PRIVATE=127.0.0.0/8",
	}
	for _, name := range inherited {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return append(env, more...)
}

// Stop ends the server with all its sandboxes, and removes its data folder.
func (s *Server) Stop() error {
	err := s.program.Stop(program.StopPatience)
	close(s.end)
	return errors.Join(err, s.log.Close(), os.RemoveAll(s.Data))
}

// LastWords is the end of its log under a heading, or empty.
func (s *Server) LastWords() string { return s.program.LastWords() }

// Sandboxes returns the ids of its containers.
func (s *Server) Sandboxes(ctx context.Context) ([]string, error) {
	return s.engine.list(ctx, dataLabel+"="+s.Data)
}

// Template is the settings of one of its sandboxes.
func (s *Server) Template(ctx context.Context) (Template, error) {
	ids, err := s.Sandboxes(ctx)
	if err != nil {
		return Template{}, err
	}
	if len(ids) == 0 {
		return Template{}, errors.New("the server keeps no sandbox to take the settings of")
	}
	i, err := s.engine.inspect(ctx, ids[0])
	return Template{i.Config, i.HostConfig}, err
}

// Settle waits until the spares are there and no sandbox works any more, so
// that what is measured next has the machine for itself.
func (s *Server) Settle(ctx context.Context, sessions int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, calmPatience, errors.New("the sandboxes did not come to rest"))
	defer cancel()
	for {
		quiet, err := s.quiet(ctx, sessions+s.Warm)
		if err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		if quiet {
			return nil
		}
	}
}

func (s *Server) quiet(ctx context.Context, want int) (bool, error) {
	before, err := s.work(ctx)
	if err != nil {
		return false, err
	}
	select {
	case <-time.After(calm):
	case <-ctx.Done():
		return false, ctx.Err()
	}
	after, err := s.work(ctx)
	if err != nil || len(after) != want {
		return false, err
	}
	for id, now := range after {
		was, known := before[id]
		if !known || (now.used-was.used).Seconds() > idleShare*now.at.Sub(was.at).Seconds() {
			return false, nil
		}
	}
	return true, nil
}

// worked is what a sandbox had used of processors at some time.
type worked struct {
	used time.Duration
	at   time.Time
}

// work is the processor time of each sandbox so far. One that goes away
// meanwhile has none.
func (s *Server) work(ctx context.Context) (map[string]worked, error) {
	ids, err := s.Sandboxes(ctx)
	work := map[string]worked{}
	for i, u := range s.engine.usages(ctx, ids) {
		if u.err == nil {
			work[ids[i]] = worked{time.Duration(u.CPU.Usage.Total), u.at}
		}
	}
	return work, errors.Join(err, ctx.Err())
}

// Peak returns by how much the server's resident memory exceeded, at its
// highest during work, what it was before, in bytes (clear_refs and status in
// proc(5)).
func (s *Server) Peak(work func() error) (float64, error) {
	proc := fmt.Sprintf("/proc/%d/", s.Pid)
	if err := os.WriteFile(proc+"clear_refs", []byte("5"), 0); err != nil {
		return 0, err
	}
	before, err := status(proc, "VmRSS:")
	if err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	peak, err := status(proc, "VmHWM:")
	return peak - before, err
}

func status(proc, name string) (float64, error) {
	text, err := os.ReadFile(proc + "status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), name)
	value, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, err := strconv.ParseFloat(value, 64)
	return kib * 1024, err
}
