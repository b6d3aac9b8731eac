package cgroup_test

import (
	"os"
	"path/filepath"
	"testing"

	"power-interpreter/runner-image/supervisor/internal/cgroup"
)

func TestBothVersionsAreRead(t *testing.T) {
	for _, c := range []struct {
		name        string
		files       map[string]string
		want        cgroup.Counts
		limit, peak int64
	}{
		{"version 1", map[string]string{
			"memory/memory.oom_control":        "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
			"memory/memory.limit_in_bytes":     "1073741824\n",
			"memory/memory.max_usage_in_bytes": "1000\n",
			"pids/pids.events":                 "max 7\n",
		}, cgroup.Counts{OOMKills: 3, PidsMax: 7}, 1073741824, 1000},
		{"version 2", map[string]string{
			"memory.events": "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n",
			"memory.max":    "1073741824\n",
			"memory.peak":   "1000\n",
			"pids.events":   "max 7\n",
		}, cgroup.Counts{OOMKills: 3, PidsMax: 7}, 1073741824, 1000},
		{"no limit", map[string]string{"memory.max": "max\n"}, cgroup.Counts{}, 0, 0},
		{"nothing mounted", nil, cgroup.Counts{}, 0, 0},
		{"garbage", map[string]string{"memory.events": "oom_kill\noom_kill x\n\n", "memory.max": ""}, cgroup.Counts{}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range c.files {
				write(t, filepath.Join(root, name), text)
			}
			g := cgroup.Open(root)
			if got := g.Counts(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if limit, peak := g.Memory(); limit != c.limit || peak != c.peak {
				t.Errorf("limit %d, peak %d", limit, peak)
			}
		})
	}
}

func TestThereIsRoomWhereItIsKnown(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{"version 1", map[string]string{
			"memory/memory.oom_control": "", "memory/memory.limit_in_bytes": "1000\n", "memory/memory.usage_in_bytes": "900\n",
			"pids/pids.max": "10\n", "pids/pids.current": "8\n",
		}, true},
		{"version 2", map[string]string{"memory.max": "1000", "memory.current": "900", "pids.max": "10", "pids.current": "8"}, true},
		{"too much memory", map[string]string{"memory.max": "1000", "memory.current": "901", "pids.max": "10", "pids.current": "8"}, false},
		{"too many processes", map[string]string{"memory.max": "1000", "memory.current": "900", "pids.max": "10", "pids.current": "9"}, false},
		{"no limits", map[string]string{"memory.max": "max\n", "memory.current": "900", "pids.max": "max\n", "pids.current": "9"}, true},
		{"nothing mounted", nil, false},
		{"no use known", map[string]string{"memory.max": "1000", "pids.max": "10", "pids.current": "1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range c.files {
				write(t, filepath.Join(root, name), text)
			}
			if got := cgroup.Open(root).Room(100, 2); got != c.want {
				t.Errorf("room: %v", got)
			}
		})
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
