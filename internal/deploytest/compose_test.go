//go:build deploy

package deploytest

import (
	"os/exec"
	"strings"
	"testing"
)

// project is one of deploy's compose files, up until the test ends.
type project struct {
	t    *testing.T
	file string
	env  []string
	name string
	tool []string
}

// up brings a compose file up with a data folder and a port of its own.
func up(t *testing.T, file string) (p *project, dir string, c *caller) {
	t.Helper()
	dir = dataDir(t)
	port := freePort(t)
	p = &project{t: t, file: file, name: "deploytest" + port, tool: composer(t), env: []string{
		"SERVER_IMAGE=" + image, "SANDBOX_IMAGE=" + sandboxImage(), "DATA_DIR=" + dir, "PORT=" + port,
		"API_KEYS=ann:" + key, "EXECUTOR_TOKEN=a-token-that-is-long-enough-for-a-test",
	}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.do("logs", "--no-color"))
		}
		p.do("down", "--volumes", "--timeout", "20")
	})
	p.do("up", "--detach", "--no-build")
	return p, dir, plain(t, port).ready()
}

// composer is `docker compose`, or what came before it.
func composer(t *testing.T) []string {
	t.Helper()
	if exec.Command("docker", "compose", "version").Run() == nil {
		return []string{"docker", "compose"}
	}
	needs(t, "docker-compose", "docker-compose")
	return []string{"docker-compose"}
}

// do is a command of compose's.
func (p *project) do(args ...string) string {
	p.t.Helper()
	all := append(append(p.tool[1:len(p.tool):len(p.tool)], "--file", p.file, "--project-name", p.name), args...)
	return must(p.t, p.env, p.tool[0], all...)
}

// id is the container of a service.
func (p *project) id(service string) string {
	p.t.Helper()
	return strings.TrimSpace(p.do("ps", "--quiet", service))
}

func TestComposeServesThroughTheSocketProxy(t *testing.T) {
	p, dir, c := up(t, "deploy/compose.yaml")
	c.says("x = 6 * 7\nopen('made.txt', 'w').write('by a sandbox')\nx", "42")
	if got := onHost(t, dir, "made.txt"); got != "by a sandbox" {
		t.Errorf("the host has %q", got)
	}
	p.do("restart", "--timeout", "20", "server")
	c.ready().says("x + 1", "43")
	p.do("restart", "--timeout", "20", "socket-proxy")
	c.ready().says("x + 2", "44")
	c.says("open('made.txt').read()", "by a sandbox")
	if out := p.do("logs", "--no-color", "socket-proxy"); strings.Contains(out, "refused") {
		t.Errorf("the proxy refused what the server needs:\n%s", out)
	}
	if mounts := docker(t, "inspect", "--format", "{{json .Mounts}}", p.id("server")); strings.Contains(mounts, "docker.sock\",\"Dest") {
		t.Errorf("the server has the engine's own socket: %s", mounts)
	}
}

// TestTheSocketProxyGivesNothingElse attacks it with Docker's own client, from
// where the server is.
func TestTheSocketProxyGivesNothingElse(t *testing.T) {
	p, _, c := up(t, "deploy/compose.yaml")
	c.says("1", "1")
	bystander := strings.TrimSpace(docker(t, "create", image))
	t.Cleanup(func() { docker(t, "rm", "--force", bystander) })
	proxied := "unix://" + strings.TrimSpace(docker(t, "volume", "inspect", "--format", "{{.Mountpoint}}", p.name+"_socket")) + "/docker.sock"
	sandbox := strings.Fields(docker(t, "ps", "--quiet", "--filter", "label=power-interpreter.data="+p.dir()))[0]
	for _, attack := range []string{
		"ps", "info", "version", "images", "pull debian", "volume ls", "network ls", "swarm init", "system prune --force", "system df",
		"run --rm --privileged " + image + " version", "run --rm --network host " + image + " version", "run --rm -v /:/host " + image + " version",
		"run --rm --name power-interpreter-00112233445566aa " + sandboxImage(), "create " + sandboxImage(),
		"inspect " + bystander, "start " + bystander, "rm --force " + bystander, "logs " + bystander, "cp " + bystander + ":/power-interpreter -",
		"exec " + sandbox + " id", "inspect " + sandbox, "commit " + sandbox, "kill " + sandbox, "update --memory 8g " + sandbox,
		"rmi " + image, "tag " + image + " x", "save " + image, "build -", "events --until 1s",
	} {
		out, err := command(t, []string{"DOCKER_HOST=" + proxied, "DOCKER_BUILDKIT=0"}, "timeout", append([]string{"20", "docker"}, strings.Fields(attack)...)...)
		if err == nil && attack != "version" {
			t.Errorf("docker %s went well:\n%s", attack, out)
		}
		wants(t, out, "socket proxy: ")
	}
	docker(t, "inspect", bystander) // is there still
	c.says("2", "2")
}

func (p *project) dir() string {
	for _, pair := range p.env {
		if dir, found := strings.CutPrefix(pair, "DATA_DIR="); found {
			return dir
		}
	}
	return ""
}

func TestFrontAndExecutorApart(t *testing.T) {
	p, dir, c := up(t, "deploy/compose.split.yaml")
	c.says("x = 6 * 7\nopen('made.txt', 'w').write('by a sandbox')\nx", "42")
	if got := onHost(t, dir, "made.txt"); got != "by a sandbox" {
		t.Errorf("the host has %q", got)
	}
	if mounts := strings.TrimSpace(docker(t, "inspect", "--format", "{{json .Mounts}}", p.id("front"))); mounts != "[]" {
		t.Errorf("the front has %s", mounts)
	}
	p.do("restart", "--timeout", "20", "front")
	c.ready().says("x + 1", "43")
	p.do("restart", "--timeout", "20", "executor")
	c.ready().says("x + 2", "44")
}
