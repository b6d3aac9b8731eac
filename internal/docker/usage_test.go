package docker_test

import (
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

const (
	containerID = "6539489caa25b5a5e5ea31a0bdc3933bdeb2d4eabf02dd352c14124516c62af1"
	group       = "sys/fs/cgroup/system.slice/docker-" + containerID + ".scope/"
)

// inspected is the engine's word on a container.
func inspected(state string) map[string]any {
	return map[string]any{
		"Id":         containerID,
		"State":      map[string]any{"Status": state, "Running": state != "exited", "Pid": 7, "StartedAt": "2026-01-02T03:04:05.5Z"},
		"Config":     map[string]any{"Image": testImage},
		"HostConfig": map[string]any{"Runtime": "runc"},
	}
}

func host(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func (f *fakeEngine) usage(t *testing.T, root fstest.MapFS) (orchestrator.Usage, error) {
	t.Helper()
	return open(t, docker.Config{Host: f.host, Image: testImage, Root: root}).Usage(t.Context(), id)
}

func TestUsageIsReadFromTheHostsCgroups(t *testing.T) {
	f := newFake(t)
	f.on("GET /containers/power-interpreter-"+id+"/json", body(inspected("paused")))
	got, err := f.usage(t, host(map[string]string{
		"proc/7/cgroup": "0::/system.slice/docker-" + containerID + ".scope\n", group + "memory.current": "1000", group + "memory.peak": "2000",
		group + "cpu.stat": "usage_usec 5\n", group + "pids.current": "3",
	}))
	want := orchestrator.Usage{
		State: "paused", Started: time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), Image: testImage, Runtime: "runc",
		Memory: 1000, Peak: 2000, CPU: 5 * time.Microsecond, Pids: 3,
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if asked := f.requests(); len(asked) != 1 {
		t.Errorf("the engine was asked %q: one that is paused must stay so", asked)
	}
}

func TestTheEnginesStatisticsStandInForCgroupsOutOfSight(t *testing.T) {
	f := newFake(t)
	f.on("GET /containers/power-interpreter-"+id+"/json", body(inspected("running")))
	f.on("GET /containers/power-interpreter-"+id+"/stats", func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("stream") != "0" || q.Get("one-shot") != "1" {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		body(map[string]any{
			"memory_stats": map[string]any{"usage": 1000, "stats": map[string]any{"inactive_file": 300}},
			"cpu_stats":    map[string]any{"cpu_usage": map[string]any{"total_usage": 5000}},
			"pids_stats":   map[string]any{"current": 3},
		})(w, r)
	})
	for name, root := range map[string]fstest.MapFS{
		"no such process":                  host(nil),
		"a process of another namespace's": host(map[string]string{"proc/7/cgroup": "0::/user.slice\n", "sys/fs/cgroup/user.slice/memory.current": "5"}),
	} {
		got, err := f.usage(t, root)
		if err != nil || got.Memory != 700 || got.Peak != -1 || got.CPU != 5*time.Microsecond || got.Pids != 3 || got.State != "running" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestUsageOfAContainerThatIsNotThereOrHasEnded(t *testing.T) {
	f := newFake(t)
	f.on("GET /containers/power-interpreter-"+id+"/json", status(http.StatusNotFound, "No such container"), body(inspected("exited")),
		body(inspected("running")), body(map[string]any{}), status(http.StatusInternalServerError, "/var/lib/docker is broken"))
	f.on("GET /containers/power-interpreter-"+id+"/stats", status(http.StatusInternalServerError, "/var/lib/docker is broken"))
	_, err := f.usage(t, host(nil))
	wantError(t, err, orchestrator.CodeNotFound, "no container")
	got, err := f.usage(t, host(nil))
	if err != nil || got.State != "exited" || got.Memory != -1 || got.Pids != -1 {
		t.Errorf("ended: %+v, %v", got, err)
	}
	for range 3 {
		_, err = f.usage(t, host(nil))
		wantError(t, err, orchestrator.CodeUnavailable, "engine")
	}
}
