//go:build deploy

package deploytest

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unit are the settings of a systemd unit; of those written twice, the last.
func unit(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	settings := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), "="); found && !strings.HasPrefix(name, "#") {
			settings[name] = value
		}
	}
	return settings
}

// TestTheUnitsAreSystemds has systemd itself read them, with the program where
// they expect it.
func TestTheUnitsAreSystemds(t *testing.T) {
	needs(t, "systemd-analyze", "systemd")
	for _, name := range []string{"power-interpreter.service", "power-interpreter-executor.service"} {
		text, err := os.ReadFile("deploy/" + name)
		if err != nil {
			t.Fatal(err)
		}
		here := write(t, filepath.Join(t.TempDir(), name), strings.ReplaceAll(string(text), "/usr/local/bin/power-interpreter", program(t)))
		out, err := command(t, nil, "systemd-analyze", "verify", "--man=no", here)
		if err != nil || strings.Contains(out, name) {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// confined is a unit's command line with what of its confinement can be had
// without systemd: capabilities, no new privileges, umask, and a file system
// that is read-only but for the data folder and /tmp.
func confined(t *testing.T, path, dir string) []string {
	t.Helper()
	needs(t, "setpriv", "util-linux")
	u := unit(t, path)
	var caps string
	for _, c := range strings.Fields(u["CapabilityBoundingSet"]) {
		caps += ",+" + strings.ToLower(strings.TrimPrefix(c, "CAP_"))
	}
	run := strings.Replace(u["ExecStart"], "/usr/local/bin/power-interpreter", program(t), 1)
	script := strings.NewReplacer("DIR", dir, "UMASK", u["UMask"], "CAPS", caps, "RUN", run).Replace(
		`mount --bind DIR DIR && mount -t tmpfs tmp /mnt && mount -o remount,bind,ro / && umask UMASK && exec setpriv --bounding-set=-allCAPS --inh-caps=-all --no-new-privs RUN`)
	return []string{"--mount", "sh", "-c", script}
}

func TestTheUnitsCommandLineServesAsConfinedAsItCan(t *testing.T) {
	dir, port := dataDir(t), freePort(t)
	env := []string{"SANDBOX_DATA_DIR=" + dir, "SANDBOX_IMAGE=" + sandboxImage(), "PORT=" + port}
	c := plain(t, port)
	first := start(t, env, "unshare", confined(t, "deploy/power-interpreter.service", dir)...)
	c.ready().says("x = 6 * 7\nopen('made.txt', 'w').write('by a sandbox')\nx", "42")
	if got := onHost(t, dir, "made.txt"); got != "by a sandbox" {
		t.Errorf("the host has %q", got)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", first.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, string(status), "NoNewPrivs:\t1", "CapBnd:\t000000000000000b", "CapEff:\t000000000000000b") // chown, dac_override, fowner
	if err := first.stop(); err != nil {
		t.Errorf("it ended by %v", err)
	}
	start(t, env, "unshare", confined(t, "deploy/power-interpreter.service", dir)...)
	c.ready().says("x + 1", "43")
}

func TestTheExecutorsUnitServesAFront(t *testing.T) {
	dir, port, listen := dataDir(t), freePort(t), "127.0.0.1:"+freePort(t)
	start(t, []string{"SANDBOX_DATA_DIR=" + dir, "SANDBOX_IMAGE=" + sandboxImage(), "EXECUTOR_LISTEN=" + listen},
		"unshare", confined(t, "deploy/power-interpreter-executor.service", dir)...)
	// As a platform runs it: PORT is given, nobody special, no engine, no folder.
	front := []string{"--reuid=65532", "--regid=65532", "--clear-groups", "--no-new-privs", program(t), "serve"}
	start(t, []string{"PORT=" + port, "HOST=::", "API_KEYS=ann:" + key, "EXECUTOR_URL=http://" + listen,
		"SANDBOX_DATA_DIR=/nowhere", "DOCKER_HOST=unix:///nowhere"}, "setpriv", front...)
	plain(t, port).ready().says("6 * 7", "42")
}
