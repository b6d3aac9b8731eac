//go:build deploy

package deploytest

import (
	"os"
	"strings"
	"testing"
	"time"
)

// closed is how the server's container is run: nothing more than it needs.
var closed = []string{
	"--read-only", "--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER",
	"--security-opt", "no-new-privileges", "--pids-limit", "512",
}

const socket = "/var/run/docker.sock"

// container starts the image with these arguments before and after its name, and
// removes it with the test.
func container(t *testing.T, before []string, after ...string) (id string) {
	t.Helper()
	args := append([]string{"run", "--detach", "--network", repository, "--env", "SANDBOX_IMAGE=" + sandboxImage(), "--env", "API_KEYS=ann:" + key}, before...)
	id = strings.TrimSpace(docker(t, append(append(args, image), after...)...))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(docker(t, "logs", id))
		}
		docker(t, "rm", "--force", id)
	})
	return id
}

func TestTheImageHoldsTheProgramAndNothingElse(t *testing.T) {
	id := strings.TrimSpace(docker(t, "create", image))
	defer docker(t, "rm", id)
	var ours []string
	for _, path := range strings.Fields(must(t, nil, "sh", "-c", "docker export "+id+" | tar -t")) {
		if !given[path] {
			ours = append(ours, path)
		}
	}
	if got := strings.Join(ours, " "); got != "power-interpreter" {
		t.Errorf("it holds %s", got)
	}
	wants(t, docker(t, "inspect", "--format", "{{json .Config.Labels}}", image),
		`"org.opencontainers.image.version":"`, `"org.opencontainers.image.licenses":"MIT"`)
}

// given are the files that the engine puts into every container.
var given = map[string]bool{
	".dockerenv": true, "dev/": true, "dev/console": true, "dev/pts/": true, "dev/shm/": true, "proc/": true, "sys/": true,
	"etc/": true, "etc/hostname": true, "etc/hosts": true, "etc/mtab": true, "etc/resolv.conf": true,
}

func TestTheImageServesFromAClosedContainer(t *testing.T) {
	dir, port := dataDir(t), freePort(t)
	id := container(t, append(closed, "--publish", "127.0.0.1:"+port+":8000", "--volume", socket+":"+socket, "--volume", dir+":/app/sandbox_data"))
	c := plain(t, port).ready()
	c.says("x = 6 * 7\nopen('made.txt', 'w').write('by a sandbox')\nx", "42")
	if got := onHost(t, dir, "made.txt"); got != "by a sandbox" {
		t.Errorf("the host has %q", got)
	}
	if out := docker(t, "exec", id, "/power-interpreter", "health"); strings.TrimSpace(out) != "ok" {
		t.Errorf("health says %q", out)
	}
	began := time.Now()
	docker(t, "stop", "--time", "20", id)
	if took := time.Since(began); took > stopTime { // a bound of the contract with engines, not a figure
		t.Errorf("took %s to stop", took)
	}
	if code := docker(t, "inspect", "--format", "{{.State.ExitCode}}", id); strings.TrimSpace(code) != "0" {
		t.Errorf("exit code %s", code)
	}
	docker(t, "start", id)
	c.ready().says("x + 1", "43")
	docker(t, "kill", id)
	docker(t, "start", id)
	c.ready().says("x + 2", "44")
}

func TestAContainerThatCannotWorkSaysWhyAndEnds(t *testing.T) {
	dir := dataDir(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no data folder":           {[]string{"--volume", socket + ":" + socket}, "not mounted from the host"},
		"a data folder in memory":  {[]string{"--volume", socket + ":" + socket, "--tmpfs", "/app/sandbox_data"}, "no folder of the host's"},
		"a volume":                 {[]string{"--volume", socket + ":" + socket, "--volume", "/app/sandbox_data"}, "not a volume"},
		"no socket":                {[]string{"--volume", dir + ":/app/sandbox_data"}, "mount its socket"},
		"no right to the socket":   {[]string{"--volume", socket + ":" + socket, "--volume", open(t) + ":/app/sandbox_data", "--user", "65532"}, "no permission to use the Docker engine's socket"},
		"no right to the folder":   {[]string{"--volume", socket + ":" + socket, "--volume", dir + ":/app/sandbox_data", "--user", "65532"}, "SANDBOX_DATA_DIR"},
		"a data folder read-only":  {[]string{"--volume", socket + ":" + socket, "--volume", dir + ":/app/sandbox_data:ro"}, "read-only"},
		"no keys":                  {[]string{"--env", "API_KEYS="}, "set API_KEYS"},
		"a path that is not whole": {[]string{"--env", "SANDBOX_DATA_DIR_HOST=data"}, "SANDBOX_DATA_DIR_HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"run", "--rm", "--network", repository, "--env", "API_KEYS=ann:" + key, "--env", "SANDBOX_IMAGE=" + sandboxImage()}, append(closed, c.args...)...)
			out, err := command(t, nil, "docker", append(args, image)...)
			if err == nil {
				t.Errorf("it ended well: %s", out)
			}
			wants(t, out, c.want)
		})
	}
}

// open is a folder that everybody may write.
func open(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}
