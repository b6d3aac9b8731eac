package docker_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

func TestFactsAreWhatTheEngineTells(t *testing.T) {
	fake := newFake(t)
	fake.on("/_ping", pong)
	fake.on("GET /info", body(map[string]any{
		"ServerVersion": "20.10.24", "OSType": "linux", "OperatingSystem": "Debian", "KernelVersion": "6.1", "Driver": "overlay2",
		"DriverStatus":  [][2]string{{"Supports d_type", "true"}, {"Backing Filesystem", "extfs"}},
		"CgroupVersion": "2", "CgroupDriver": "systemd", "DefaultRuntime": "runc", "Runtimes": map[string]any{"runsc": struct{}{}, "runc": struct{}{}},
		"MemoryLimit": true, "SwapLimit": true, "PidsLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": false,
		"SecurityOptions": []string{"name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"},
		"SystemTime":      "2026-01-02T03:04:05.6Z", "MemTotal": 1 << 30, "NCPU": 2,
	}))
	got, err := fake.engine(t).Facts(t.Context())
	want := docker.Facts{
		Version: "20.10.24", API: "1.41", Supported: true, OSType: "linux", System: "Debian", Kernel: "6.1",
		Storage: "overlay2", Backing: "extfs", Cgroup: "2", Driver: "systemd",
		Runtimes: []string{"runc", "runsc"}, Runtime: "runc", Memory: true, Swap: true, Pids: true, Seccomp: true, Rootless: true,
		Clock: time.Date(2026, 1, 2, 3, 4, 5, 6e8, time.UTC), Bytes: 1 << 30, Cores: 2,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestFactsOfAnEngineThatIsTooOldSaySo(t *testing.T) {
	fake := newFake(t)
	fake.on("/_ping", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.40") })
	fake.on("GET /info", body(map[string]any{}))
	got, err := fake.engine(t).Facts(t.Context())
	if err != nil || got.Supported || got.API != "1.40" || !got.Clock.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFactsOfAnEngineThatBreaksAreAnError(t *testing.T) {
	fake := newFake(t)
	fake.on("/_ping", pong)
	fake.on("GET /info", status(500, "engine's words: /srv/x"))
	_, err := fake.engine(t).Facts(t.Context())
	wantError(t, err, orchestrator.CodeUnavailable, "could not tell about itself")
}

func TestImageFacts(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   docker.ImageFacts
	}{
		"missing": {status(404, "no such image"), docker.ImageFacts{Missing: true}},
		"foreign": {body(map[string]any{"Id": "sha256:1", "Config": nil}), docker.ImageFacts{ID: "sha256:1"}},
		"ours": {body(map[string]any{"Id": "sha256:2", "Architecture": "amd64", "Size": 7, "RepoDigests": []string{"r@sha256:3"}, "Created": "2026-01-02T03:04:05Z",
			"Config": map[string]any{"Labels": map[string]string{"power-interpreter.runner": "cafe"}}}),
			docker.ImageFacts{ID: "sha256:2", Arch: "amd64", Bytes: 7, Digest: "r@sha256:3", Runner: "cafe", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", pong)
			fake.on("GET /images/{image}/json", c.answer)
			got, err := fake.engine(t).ImageFacts(t.Context())
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}
