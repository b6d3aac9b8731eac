//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// install bounds the download of a client and what it needs.
const install = 5 * time.Minute

// command runs a program in a folder; it must succeed. It returns its output.
func command(t *testing.T, limit time.Duration, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // children of a killed one may hold its output
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// installed makes a folder of .cache hold what these files of testdata/clients
// pin, once: they are copied there last, so what an earlier install left
// unfinished is done again. fill gets the folder and the cache folder.
func installed(t *testing.T, name string, pins []string, fill func(dir, cache string)) string {
	t.Helper()
	cache := absolute(t, "../../.cache")
	dir := filepath.Join(cache, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	fresh := true
	for _, pin := range pins {
		have, _ := os.ReadFile(filepath.Join(dir, "installed-"+pin))
		fresh = fresh && bytes.Equal(have, pinned(t, pin))
	}
	if fresh {
		return dir
	}
	fill(dir, cache)
	for _, pin := range pins {
		write(t, filepath.Join(dir, "installed-"+pin), pinned(t, pin))
	}
	return dir
}

func pinned(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata/clients", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func write(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// python returns an interpreter that has the official Python SDK.
func python(t *testing.T) string {
	t.Helper()
	system, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("the official Python SDK needs python3, which is not there: ", err)
	}
	dir := installed(t, "e2e-python", []string{"requirements.txt"}, func(dir, cache string) {
		command(t, install, dir, system, "-m", "venv", "--clear", dir)
		command(t, install, dir, filepath.Join(dir, "bin/pip"), "install", "--quiet", "--disable-pip-version-check",
			"--cache-dir", filepath.Join(cache, "pip"), "--requirement", absolute(t, "testdata/clients/requirements.txt"))
	})
	return filepath.Join(dir, "bin/python")
}

// nodeModules returns a folder with the official TypeScript SDK, the
// conformance suite, and the Node that both run on.
func nodeModules(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("the official TypeScript SDK needs npm, which is not there: ", err)
	}
	pins := []string{"package.json", "package-lock.json"}
	return installed(t, "e2e-node", pins, func(dir, cache string) {
		for _, pin := range pins {
			write(t, filepath.Join(dir, pin), pinned(t, pin))
		}
		command(t, install, dir, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--cache", filepath.Join(cache, "npm"))
	})
}

// node returns the Node of the packages: the suite wants a newer one than
// many a machine has.
func node(t *testing.T, modules string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(modules, "node_modules/node-linux-*/bin/node"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the packages bring no Node for this machine: %v %v", found, err)
	}
	return found[0]
}

// ranOver runs a client script over both wires against the shared server.
func ranOver(t *testing.T, dir, interpreter, script string) {
	for _, wire := range []string{"http", "sse"} {
		t.Run(wire, func(t *testing.T) {
			session := in(t).session
			if got := command(t, hang, dir, interpreter, script, wire, shared.url, session); !strings.Contains(got, "ran over "+wire) {
				t.Errorf("the client did not say that it ran:\n%s", got)
			}
		})
	}
}

func TestTheOfficialPythonClientRunsCode(t *testing.T) {
	ranOver(t, ".", python(t), absolute(t, "testdata/clients/client.py"))
}

func TestTheOfficialTypeScriptClientRunsCode(t *testing.T) {
	modules := nodeModules(t)
	// A module is resolved from where the script that imports it lies.
	write(t, filepath.Join(modules, "client.mjs"), pinned(t, "client.mjs"))
	ranOver(t, modules, node(t, modules), "client.mjs")
}
