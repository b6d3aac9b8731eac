package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"power-interpreter/internal/demo/show"
	"power-interpreter/internal/program"
)

// binary is where make build puts the server.
const binary = "bin/power-interpreter"

// inherited names what the server gets of our environment. Settings do not
// pass: what the demo proves must not depend on the shell it runs in.
var inherited = []string{"PATH", "HOME", "TMPDIR", "DOCKER_HOST", "SANDBOX_IMAGE", "SANDBOX_RUNTIME"}

// server is the program under way, and its folder of sessions' data.
type server struct {
	program *program.Program
	data    string
	log     *os.File
	took    time.Duration
}

// start starts the server on a free port, with a data folder of its own.
func start(ctx context.Context) (*server, error) {
	path, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there; run make build, and this from the top of the repository", binary)
	}
	if err := os.MkdirAll(outFolder, 0o755); err != nil {
		return nil, err
	}
	s := &server{}
	if s.log, err = os.Create(filepath.Join(outFolder, logFile)); err != nil {
		return nil, err
	}
	if s.data, err = os.MkdirTemp("", "power-interpreter-demo-"); err != nil {
		return nil, errors.Join(err, s.log.Close())
	}
	began := time.Now()
	s.program, err = program.Start(ctx, program.Config{
		Path: path, Args: []string{"serve", "--rm"}, Env: environment(s.data), Log: s.log, Thread: true,
	})
	if err != nil {
		return nil, errors.Join(err, s.log.Close(), os.RemoveAll(s.data))
	}
	s.took = time.Since(began)
	return s, nil
}

func environment(data string) []string {
	env := []string{
		"HOST=127.0.0.1", "PORT=0", "SANDBOX_DATA_DIR=" + data, "LOG_LEVEL=WARNING",
		// The workbook comes from this host, for the demo only.
		"FETCH_ALLOW_PRIVATE=127.0.0.0/8",
	}
	for _, name := range inherited {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// explain adds the end of the server's log to what went wrong.
func (s *server) explain(err error) error {
	return fmt.Errorf("%w%s", err, s.program.LastWords())
}

// checkDeleted finds out whether delete_session left any file.
func (s *server) checkDeleted() error {
	return s.checkLeft("delete_session left %s in the data folder", func(path string) bool {
		return filepath.Base(path) == "data.xlsx" || filepath.Base(path) == chartFile
	})
}

// stop ends the server and removes its data folder. After an end that was not
// in order the folder stays, for the advice to be of use.
func (s *server) stop(out *show.Printer) error {
	began := time.Now()
	defer s.log.Close()
	if err := s.program.Stop(program.StopPatience); err != nil {
		return fmt.Errorf("%w\nsandboxes may be left: SANDBOX_DATA_DIR=%s %s serve --rm, stopped by Ctrl-C, removes them", err, s.data, binary)
	}
	// Files directly in the data folder are the server's own; a session's lie deeper.
	err := s.checkLeft("the server ended and left %s in its data folder", func(path string) bool {
		return filepath.Dir(path) != s.data
	})
	if err = errors.Join(err, os.RemoveAll(s.data)); err == nil {
		out.Space()
		out.Fact("server", "ended on SIGTERM in "+show.Took(time.Since(began))+", nothing left behind")
	}
	return err
}

// checkLeft says which file of the data folder is left that should not be.
func (s *server) checkLeft(words string, wrong func(path string) bool) error {
	return filepath.WalkDir(s.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && wrong(path) {
			return fmt.Errorf(words, path)
		}
		return nil
	})
}
