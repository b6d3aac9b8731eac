//go:build e2e

package docker_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
)

// seen is what the probe tells of its confinement.
type seen struct {
	UID, GID, PID      int
	Groups             []int
	Hostname, OOMScore string
	Status, Limits     map[string]string
	Interfaces, Mounts map[string]string
	Calls, Cgroup      map[string]string
	Writable           map[string]bool
	Readable           map[string]int
	Env                []string
}

func TestConfinementHoldsFromInside(t *testing.T) {
	real := newReal(t, slog.Default())
	spec := real.started(t)
	var facts seen
	if err := json.Unmarshal([]byte(real.attach(t, spec.ID).ask(t, "facts")), &facts); err != nil {
		t.Fatal(err)
	}
	if spec.Runtime == "" { // gVisor's kernel has no filter of ours, nor answers as Linux does
		facts.checkKernel(t)
	}
	t.Run("identity", func(t *testing.T) { checkIdentity(t, facts, spec.UID) })
	t.Run("files", func(t *testing.T) { checkWritable(t, facts) })
}

// checkKernel checks what the host's own kernel holds to.
func (facts seen) checkKernel(t *testing.T) {
	if facts.Status["Seccomp"] != "2" {
		t.Errorf("seccomp mode %s", facts.Status["Seccomp"])
	}
	t.Run("masks and mounts", func(t *testing.T) { checkMounts(t, facts) })
	t.Run("limits", func(t *testing.T) { checkLimits(t, facts) })
	t.Run("calls", func(t *testing.T) { checkCalls(t, facts) })
}

func checkIdentity(t *testing.T, facts seen, uid int) {
	if facts.UID != uid || facts.GID != uid || facts.PID != 1 || facts.Hostname != "sandbox" {
		t.Errorf("uid %d, gid %d, pid %d, host %q", facts.UID, facts.GID, facts.PID, facts.Hostname)
	}
	if slices.ContainsFunc(facts.Groups, func(group int) bool { return group != uid }) {
		t.Errorf("groups %v", facts.Groups)
	}
	for field, want := range map[string]string{
		"CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
		"CapBnd": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1",
	} {
		if facts.Status[field] != want {
			t.Errorf("%s is %s, want %s", field, facts.Status[field], want)
		}
	}
	if len(facts.Interfaces) != 1 || !strings.Contains(facts.Interfaces["lo"], "up") {
		t.Errorf("interfaces %v, want lo alone, up", facts.Interfaces)
	}
	for _, variable := range facts.Env {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.Contains([]string{"PATH", "HOSTNAME", "HOME", "FROM_IMAGE", "POWER_CPUS", "POWER_RUNNER"}, name) {
			t.Errorf("the environment has %s", variable)
		}
	}
	if !slices.Contains(facts.Env, "POWER_CPUS=2") || !slices.Contains(facts.Env, "POWER_RUNNER=probe") {
		t.Errorf("environment %v", facts.Env)
	}
}

func checkWritable(t *testing.T, facts seen) {
	want := map[string]bool{
		"/": false, "/etc": false, "/dev": false, "/app": false, "/proc/sys": false, "/sys": false,
		"/app/sandbox_data":         false, // root's: code cannot rename what lies in it
		"/app/sandbox_data/session": true,
		"/tmp":                      true,
		"/dev/shm":                  true,
	}
	if !maps.Equal(facts.Writable, want) {
		t.Errorf("writable %v, want %v", facts.Writable, want)
	}
}

func checkMounts(t *testing.T, facts seen) {
	for path, amount := range facts.Readable {
		if amount > 0 {
			t.Errorf("%s can be read", path)
		}
	}
	for point, options := range map[string][]string{
		"/":        {"ro"},
		"/tmp":     {"tmpfs", "nosuid", "nodev", "size=524288k", "nr_inodes=131072"},
		"/dev/shm": {"tmpfs", "nosuid", "nodev", "noexec", "size=262144k"},
		"/proc":    {"nosuid", "nodev", "noexec"},
		"/sys":     {"ro"},
	} {
		have := strings.FieldsFunc(facts.Mounts[point], func(r rune) bool { return r == ',' || r == ' ' })
		for _, option := range options {
			if !slices.Contains(have, option) {
				t.Errorf("%s is mounted %q, without %s", point, facts.Mounts[point], option)
			}
		}
	}
}

func checkLimits(t *testing.T, facts seen) {
	for limit, want := range map[string]string{
		"Max open files": "4096 4096", "Max core file size": "1 1",
		"Max file size": "1073741824 1073741824", "Max locked memory": "65536 65536",
	} {
		if facts.Limits[limit] != want {
			t.Errorf("%s: %q, want %q", limit, facts.Limits[limit], want)
		}
	}
	if facts.OOMScore != "500" {
		t.Errorf("out-of-memory score %s", facts.OOMScore)
	}
	// Each as cgroup v1 or v2 writes it.
	for limit, want := range map[string][]string{
		"memory": {"268435456"},
		"swap":   {"268435456", "0"},
		"pids":   {"64"},
		"cpu":    {"150000", "150000 100000"},
	} {
		if !slices.Contains(want, facts.Cgroup[limit]) {
			t.Errorf("%s limit is %q, want one of %q", limit, facts.Cgroup[limit], want)
		}
	}
}

func checkCalls(t *testing.T, facts seen) {
	want := map[string]string{
		"clone3": "ENOSYS", // the C library then takes clone
		// A call through the 32-bit door ends its thread.
		"int 0x80":       "thread killed",
		"prlimit64 self": "ok",
		"socket unix":    "ok",
		"socket tcp":     "ok",
		"socket tcp6":    "ok",
		"socket udp":     "ok",
		"socket route":   "ok",
	}
	for name, got := range facts.Calls {
		expected, listed := want[name]
		if !listed {
			expected = "EPERM"
		}
		if got != expected {
			t.Errorf("%s ended with %s, want %s", name, got, expected)
		}
	}
	if len(facts.Calls) < len(want) {
		t.Errorf("only %v were tried", facts.Calls)
	}
}
