//go:build deploy

package deploytest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const systemdImage = "power-interpreter-systemd:latest"

// systemd is a host of its own where systemd is the first process, with the
// program and the unit where the unit says. It shares the data folder, at the
// unit's path, the engine's socket and the network with this host.
func systemd(t *testing.T, unit, dir, env string) (id string) {
	t.Helper()
	if _, err := command(t, nil, "docker", "image", "inspect", systemdImage); err != nil {
		must(t, []string{"DOCKER_BUILDKIT=0"}, "docker", "build", "--quiet", "--network=host", "--tag", systemdImage, "internal/deploytest/testdata/systemd")
	}
	deploy, err := filepath.Abs("deploy")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"run", "--detach", "--network", "host", "--cgroupns", "private", "--tmpfs", "/run", "--tmpfs", "/tmp",
		"--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined",
		"--env", "container=docker",
		// Where the kernel has cgroups of version 1, systemd wants to be told.
		"--env", "SYSTEMD_PROC_CMDLINE=systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1",
		"--volume", program(t) + ":/usr/local/bin/power-interpreter:ro",
		"--volume", filepath.Join(deploy, unit) + ":/etc/systemd/system/" + unit + ":ro",
		"--volume", env + ":/etc/power-interpreter.env:ro",
		"--volume", socket + ":" + socket, "--volume", dir + ":/var/lib/power-interpreter",
	}
	for _, c := range []string{"SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH", "SYS_NICE"} {
		args = append(args, "--cap-add", c)
	}
	id = strings.TrimSpace(docker(t, append(args, systemdImage, "/lib/systemd/systemd", "--unit=multi-user.target")...))
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := command(t, nil, "docker", "exec", id, "journalctl", "--no-pager", "--lines=100")
			t.Log(out)
		}
		docker(t, "rm", "--force", id)
	})
	for deadline := time.Now().Add(hang); ; time.Sleep(100 * time.Millisecond) {
		out, _ := command(t, nil, "docker", "exec", id, "systemctl", "is-system-running")
		if state := strings.TrimSpace(out); state == "running" || state == "degraded" {
			return id
		} else if time.Now().After(deadline) {
			t.Fatalf("systemd never ran: %s\n%s", out, docker(t, "logs", id))
		}
	}
}

func TestTheUnitUnderSystemd(t *testing.T) {
	dir, port := dataDir(t), freePort(t)
	env := write(t, filepath.Join(t.TempDir(), "env"), "PORT="+port+"\nSANDBOX_IMAGE="+sandboxImage()+"\n")
	id := systemd(t, "power-interpreter.service", dir, env)
	ctl := func(args ...string) string {
		t.Helper()
		return docker(t, append([]string{"exec", id, "systemctl"}, args...)...)
	}
	ctl("start", "power-interpreter")
	c := plain(t, port).ready()
	c.says("x = 6 * 7\nopen('made.txt', 'w').write('by a sandbox')\nx", "42")
	if got := onHost(t, dir, "made.txt"); got != "by a sandbox" {
		t.Errorf("the host has %q", got)
	}
	pid := strings.TrimSpace(ctl("show", "--property=MainPID", "--value", "power-interpreter"))
	wants(t, docker(t, "exec", id, "cat", "/proc/"+pid+"/status"),
		"NoNewPrivs:\t1", "CapBnd:\t000000000000000b", "CapEff:\t000000000000000b", "Seccomp:\t2") // chown, dac_override, fowner
	ctl("restart", "power-interpreter")
	c.ready().says("x + 1", "43")
	ctl("kill", "--signal=KILL", "power-interpreter")
	c.ready().says("x + 2", "44") // systemd has started it again
	ctl("stop", "power-interpreter")
	if state := ctl("show", "--property=Result", "--value", "power-interpreter"); strings.TrimSpace(state) != "success" {
		t.Errorf("it ended by %s", state)
	}
	if sandboxes(t, dir) == "" {
		t.Error("its sandboxes ended with it")
	}
}
