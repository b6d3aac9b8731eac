package docker_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"power-interpreter/deploy"
	"power-interpreter/orchestrator"
)

// created starts the spec on a fake engine and returns the request to create
// it: the settings as the engine gets them, zero values included.
func created(t *testing.T, spec orchestrator.Spec) (name string, request []byte) {
	t.Helper()
	fake := newFake(t)
	fake.on("/_ping", pong)
	fake.on("POST /containers/create", func(w http.ResponseWriter, r *http.Request) {
		name = r.URL.Query().Get("name")
		request, _ = io.ReadAll(r.Body)
		body(map[string]any{"Id": "1"})(w, r)
	})
	fake.on("POST /containers/{name}/start", status(http.StatusNoContent, ""))
	if err := fake.engine(t).Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	return name, request
}

func TestSettingsAreTheGoldenOnes(t *testing.T) {
	name, request := created(t, spec())
	if name != "power-interpreter-"+id {
		t.Errorf("name %q", name)
	}
	// The profile has a golden file of its own: itself.
	request = bytes.Replace(request, quoted(t, "seccomp="+line(t, deploy.SeccompProfile)), []byte(`"seccomp=deploy/seccomp.json"`), 1)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, request, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "hostconfig.golden.json")
	if *update {
		if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pretty.Bytes(), want) {
		t.Errorf("the settings changed; justify each line of the difference after: go test ./internal/docker -run Golden -update\n%s", &pretty)
	}
}

func TestRuntimeIsTheSpecs(t *testing.T) {
	gvisor := spec()
	gvisor.Runtime = "runsc"
	_, request := created(t, gvisor)
	var sent struct{ HostConfig struct{ Runtime string } }
	if err := json.Unmarshal(request, &sent); err != nil || sent.HostConfig.Runtime != "runsc" {
		t.Errorf("runtime %q, %v", sent.HostConfig.Runtime, err)
	}
}

func TestSpecWithoutAConfinementIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*orchestrator.Spec){
		"no id":             func(s *orchestrator.Spec) { s.ID = "" },
		"id with a path":    func(s *orchestrator.Spec) { s.ID = "../../../../etc00" },
		"root":              func(s *orchestrator.Spec) { s.UID = 0 },
		"uid past the last": func(s *orchestrator.Spec) { s.UID = orchestrator.FirstUID + orchestrator.UIDCount },
		"no folder":         func(s *orchestrator.Spec) { s.Folder = "" },
		"relative folder":   func(s *orchestrator.Spec) { s.Folder = "data" },
		"no data folder":    func(s *orchestrator.Spec) { s.DataDir = "" },
		"no image":          func(s *orchestrator.Spec) { s.Image = "" },
		"no memory":         func(s *orchestrator.Spec) { s.Limits.Memory = 0 },
		"unlimited memory":  func(s *orchestrator.Spec) { s.Limits.Memory = -1 },
		"no CPUs":           func(s *orchestrator.Spec) { s.Limits.CPUs = 0 },
		"NaN CPUs":          func(s *orchestrator.Spec) { s.Limits.CPUs = math.NaN() },
		"infinite CPUs":     func(s *orchestrator.Spec) { s.Limits.CPUs = math.Inf(1) },
		"no pids":           func(s *orchestrator.Spec) { s.Limits.Pids = 0 },
		"unlimited pids":    func(s *orchestrator.Spec) { s.Limits.Pids = -1 },
		"no disk":           func(s *orchestrator.Spec) { s.Limits.Disk = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			spoilt := spec()
			spoil(&spoilt)
			err := fake.engine(t).Start(t.Context(), spoilt)
			wantError(t, err, orchestrator.CodeInternal, "is not started")
			if asked := fake.requests(); len(asked) > 0 {
				t.Errorf("the engine was asked %v", asked)
			}
		})
	}
}

func line(t *testing.T, text string) string {
	t.Helper()
	var line bytes.Buffer
	if err := json.Compact(&line, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return line.String()
}

func quoted(t *testing.T, text string) []byte {
	t.Helper()
	out, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// wantError checks an error's code, a piece of its message, and that it shows
// no path of the host nor the engine's own words.
func wantError(t *testing.T, err error, code orchestrator.Code, piece string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	failure := orchestrator.AsError(err)
	if failure.Code != code || !strings.Contains(failure.Message, piece) {
		t.Errorf("got %v, want %s with %q", err, code, piece)
	}
	for _, secret := range []string{"/srv/", "/tmp/", "engine's words"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the message shows %q: %v", secret, err)
		}
	}
}

func errorCause(err error) error { return errors.Unwrap(err) }
