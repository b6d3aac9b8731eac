//go:build deploy

// Package deploytest runs the program in each of the ways that deploy has for
// it, on the real engine: its image, compose files, units, behind proxies, and
// as a release. `make deploy-test` sets up what it needs.
package deploytest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// hang is a ceiling on any one wait: it only catches what would wait for ever.
	hang = 2 * time.Minute
	// stopTime is what container engines and the units leave to a server.
	stopTime = 10 * time.Second

	repository = "power-interpreter-deploytest" // the image's name
	image      = repository + ":latest"
	key        = "a-key-that-is-long-enough-for-a-test"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if err := os.Chdir("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	build := exec.Command("deploy/server-image.sh")
	build.Env = append(os.Environ(), "SERVER_IMAGE="+repository)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	defer removeImages()
	// The engine's default network may be another engine's to take down.
	if out, err := exec.Command("docker", "network", "create", repository).CombinedOutput(); err != nil && !strings.Contains(string(out), "already exists") {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	defer func() { _ = exec.Command("docker", "network", "rm", repository).Run() }()
	return m.Run()
}

func removeImages() {
	tags, _ := exec.Command("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository).Output()
	if all := strings.Fields(string(tags)); len(all) > 0 {
		_ = exec.Command("docker", append([]string{"image", "rm"}, all...)...).Run()
	}
}

// sandboxImage is the runner image that servers are given.
func sandboxImage() string {
	if name := os.Getenv("SANDBOX_IMAGE"); name != "" {
		return name
	}
	return "power-interpreter-runner:latest"
}

// command runs to its end, and returns what it wrote.
func command(t *testing.T, env []string, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is command where it must succeed.
func must(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	out, err := command(t, env, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	return must(t, nil, "docker", args...)
}

// needs fails the test where a program is missing, with its package.
func needs(t *testing.T, program, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%s is missing: apt-get install %s", program, pkg)
	}
}

// dataDir is a folder for sessions' files. What sandboxes are left of it are
// removed with the test.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if ids := strings.Fields(sandboxes(t, dir)); len(ids) > 0 {
			docker(t, append([]string{"rm", "--force"}, ids...)...)
		}
	})
	return dir
}

// sandboxes are the ids of the containers of a data folder, by its path on the host.
func sandboxes(t *testing.T, dir string) string {
	t.Helper()
	return docker(t, "ps", "--all", "--quiet", "--filter", "label=power-interpreter.data="+dir)
}

// freePort is one that nobody listened on a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// daemon is a program that runs until the test ends.
type daemon struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	done chan error
}

// start runs a program until the test ends.
func start(t *testing.T, env []string, name string, args ...string) *daemon {
	t.Helper()
	d := &daemon{cmd: exec.Command(name, args...), done: make(chan error, 1)}
	d.cmd.Env = append(os.Environ(), env...)
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	d.cmd.WaitDelay = time.Second
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { d.done <- d.cmd.Wait() }()
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", name, &d.out)
		}
	})
	return d
}

// stop ends it by SIGTERM, within the time that a server has.
func (d *daemon) stop() error {
	_ = d.cmd.Process.Signal(os.Interrupt) // it may have ended
	select {
	case err := <-d.done:
		d.done <- err
		return err
	case <-time.After(stopTime):
		_ = d.cmd.Process.Kill()
		return fmt.Errorf("did not stop within %s", stopTime)
	}
}

// program is the one that `make build` has made.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("bin/power-interpreter")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}
