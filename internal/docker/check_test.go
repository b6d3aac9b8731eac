package docker_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

func TestHostThatIsNoSocketHereIsRefused(t *testing.T) {
	for _, host := range []string{
		"tcp://10.0.0.7:2375", "tcp://127.0.0.1:2375", "ssh://root@far", "npipe:////./pipe/docker_engine",
		"http://far", "fd://", "unix://", "unix://relative.sock", "/var/run/docker.sock",
	} {
		t.Run(host, func(t *testing.T) {
			_, err := docker.New(docker.Config{Host: host, Image: testImage})
			wantError(t, err, orchestrator.CodeUnavailable, "power-interpreter executor")
		})
	}
}

func TestHostWithATooLongSocketPathIsRefused(t *testing.T) {
	long := "unix:///" + string(make([]byte, 200))
	_, err := docker.New(docker.Config{Host: long, Image: testImage})
	wantError(t, err, orchestrator.CodeUnavailable, "DOCKER_HOST")
}

func TestCheck(t *testing.T) {
	labelled := body(map[string]any{"Config": map[string]any{"Labels": map[string]string{"power-interpreter.runner": "cafe"}}})
	header := func(name, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(name, value) }
	}
	for name, test := range map[string]struct {
		ping, inspect http.HandlerFunc
		runner        string
		code          orchestrator.Code
		piece         string
	}{
		"all well":           {ping: pong, inspect: labelled, runner: "cafe"},
		"newer engine":       {ping: header("Api-Version", "1.99"), inspect: labelled, runner: "cafe"},
		"image missing":      {ping: pong, inspect: status(404, "engine's words"), code: orchestrator.CodeUnavailable, piece: "make image"},
		"image without hash": {ping: pong, inspect: body(map[string]any{"Config": nil}), code: orchestrator.CodeUnavailable, piece: "holds no runner"},
		"engine breaks":      {ping: pong, inspect: status(500, "engine's words: /srv/x"), code: orchestrator.CodeUnavailable, piece: "could not look up"},
		"disk full":          {ping: pong, inspect: status(500, "write /srv/x: no space left on device"), code: orchestrator.CodeUnavailable, piece: "disk is full"},
		"engine too old":     {ping: header("Api-Version", "1.40"), inspect: labelled, code: orchestrator.CodeUnavailable, piece: "too old"},
		"Windows containers": {ping: header("Ostype", "windows"), inspect: labelled, code: orchestrator.CodeUnavailable, piece: "Linux containers"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", test.ping)
			fake.on("GET /images/{image}/json", test.inspect)
			runner, err := fake.engine(t).Check(t.Context())
			if test.code == "" {
				if err != nil || runner != test.runner {
					t.Errorf("%q, %v", runner, err)
				}
				return
			}
			wantError(t, err, test.code, test.piece)
		})
	}
}

func TestCheckWithoutAnEngineSaysHowToStartOne(t *testing.T) {
	host := "unix://" + filepath.Join(os.TempDir(), "no-engine-here")
	_, err := open(t, docker.Config{Host: host, Image: testImage}).Check(t.Context())
	wantError(t, err, orchestrator.CodeUnavailable, "make setup")
}

func TestCheckWithoutPermissionNamesTheGroup(t *testing.T) {
	if os.Getuid() == 0 {
		again(t) // root may use any socket
		return
	}
	fake := newFake(t)
	if err := os.Chmod(fake.host[len("unix://"):], 0); err != nil {
		t.Fatal(err)
	}
	_, err := fake.engine(t).Check(t.Context())
	wantError(t, err, orchestrator.CodeUnavailable, "docker group")
}

// again runs the calling test once more, as nobody.
func again(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "test")
	if err := errors.Join(os.WriteFile(binary, self, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Dir = dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// Whatever the caller's patience, an engine that holds its socket open and says
// nothing is given up.
func TestHangingEngineIsGivenUp(t *testing.T) {
	for name, verb := range map[string]func(context.Context, *docker.Engine) error{
		"check":  func(ctx context.Context, e *docker.Engine) error { _, err := e.Check(ctx); return err },
		"list":   func(ctx context.Context, e *docker.Engine) error { _, err := e.List(ctx, "/srv/data"); return err },
		"attach": func(ctx context.Context, e *docker.Engine) error { _, err := e.Attach(ctx, id); return err },
		"remove": func(ctx context.Context, e *docker.Engine) error { return e.Remove(ctx, id) },
	} {
		for where, route := range map[string]string{"at once": "/_ping", "after the ping": "/"} {
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				fake := newFake(t)
				fake.on(route, fake.hang)
				if route == "/" {
					fake.on("/_ping", pong)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				wantError(t, verb(ctx, fake.engine(t)), orchestrator.CodeUnavailable, "in time")
			})
		}
	}
	t.Run("check within its own limit", func(t *testing.T) {
		t.Parallel()
		fake := newFake(t)
		fake.on("/_ping", fake.hang)
		_, err := fake.engine(t).Check(context.Background())
		wantError(t, err, orchestrator.CodeUnavailable, "in time")
	})
}

func TestCallersEndIsNotTheEnginesFault(t *testing.T) {
	fake := newFake(t)
	fake.on("/", fake.hang)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := fake.engine(t).Check(ctx)
	wantError(t, err, orchestrator.CodeCancelled, "given up")
}
