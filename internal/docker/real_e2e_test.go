//go:build e2e

package docker_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

// patience bounds what the tests wait for. It decides nothing but when a
// broken one gives up.
const patience = time.Minute

// realEngine is the engine that DOCKER_HOST names, with an image of nothing
// but the probe, and a data folder.
type realEngine struct {
	*docker.Engine
	api     *client.Client
	image   string
	dataDir string
}

func newReal(tb testing.TB, log *slog.Logger) realEngine {
	tb.Helper()
	probe := "power-interpreter-probe:" + randomID()
	engine, err := docker.New(docker.Config{Host: os.Getenv("DOCKER_HOST"), Image: probe, Logger: log})
	if err != nil {
		tb.Fatal(err)
	}
	api, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		tb.Fatal(err)
	}
	real := realEngine{Engine: engine, api: api, image: probe, dataDir: tb.TempDir()}
	real.importProbe(tb)
	tb.Cleanup(func() {
		_, _ = api.ImageRemove(context.Background(), real.image, image.RemoveOptions{Force: true})
		_ = api.Close()
		_ = engine.Close()
	})
	return real
}

// importProbe makes the image: one static program, imported as a file system.
func (r realEngine) importProbe(tb testing.TB) {
	tb.Helper()
	reply, err := r.api.ImageImport(tb.Context(), image.ImportSource{Source: probeLayer(tb), SourceName: "-"}, r.image, image.ImportOptions{
		Changes: []string{`ENTRYPOINT ["/probe"]`, "LABEL power-interpreter.runner=probe", "ENV FROM_IMAGE=yes"},
	})
	if err != nil {
		tb.Fatal("these tests need a Docker engine: ", err)
	}
	defer reply.Close()
	_, _ = io.Copy(io.Discard, reply)
}

func probeLayer(tb testing.TB) io.Reader {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "probe")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "./testdata/probe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		tb.Fatal(err)
	}
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, folder := range []string{"tmp", "etc", "app", "app/sandbox_data"} {
		_ = archive.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: folder, Mode: 0o777})
	}
	_ = archive.WriteHeader(&tar.Header{Name: "probe", Mode: 0o755, Size: int64(len(program))})
	_, _ = archive.Write(program)
	if err := archive.Close(); err != nil {
		tb.Fatal(err)
	}
	return &layer
}

func randomID() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}

// spec is a new sandbox's, its folder made as the orchestrator does: root's,
// with the session's own folder in it.
func (r realEngine) spec(tb testing.TB) orchestrator.Spec {
	tb.Helper()
	spec := orchestrator.Spec{
		ID: randomID(), UID: orchestrator.FirstUID + 17, Image: r.image, Runner: "probe", DataDir: r.dataDir,
		Runtime: os.Getenv("SANDBOX_RUNTIME"),
		Limits:  orchestrator.SandboxLimits{Memory: 256 << 20, CPUs: 1.5, Pids: 64, Disk: 1 << 30},
	}
	spec.Folder = filepath.Join(r.dataDir, spec.ID)
	session := filepath.Join(spec.Folder, "session")
	if err := os.MkdirAll(session, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.Chown(session, spec.UID, spec.UID); err != nil {
		tb.Fatal("these tests need root: ", err)
	}
	return spec
}

// started is a running sandbox, removed at the end.
func (r realEngine) started(tb testing.TB) orchestrator.Spec {
	tb.Helper()
	spec := r.spec(tb)
	if err := r.Start(tb.Context(), spec); err != nil {
		tb.Fatalf("%v: %v", err, errorCause(err))
	}
	tb.Cleanup(func() {
		if err := r.Remove(context.Background(), spec.ID); err != nil {
			tb.Error(err)
		}
	})
	return spec
}

// conversation is an attachment to the probe.
type conversation struct {
	io.ReadWriteCloser
	lines *bufio.Reader
}

func (r realEngine) attach(tb testing.TB, id string) conversation {
	tb.Helper()
	stream, err := r.Attach(tb.Context(), id)
	if err != nil {
		tb.Fatalf("%v: %v", err, errorCause(err))
	}
	tb.Cleanup(func() { _ = stream.Close() })
	return conversation{stream, bufio.NewReader(stream)}
}

// ask sends a line and returns the next one.
func (c conversation) ask(tb testing.TB, line string) string {
	tb.Helper()
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		tb.Fatal(err)
	}
	return c.next(tb)
}

func (c conversation) next(tb testing.TB) string {
	tb.Helper()
	timer := time.AfterFunc(patience, func() { _ = c.Close() })
	defer timer.Stop()
	answer, err := c.lines.ReadString('\n')
	if err != nil {
		tb.Fatal("no answer: ", err)
	}
	return strings.TrimSuffix(answer, "\n")
}
