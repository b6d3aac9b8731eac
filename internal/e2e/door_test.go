//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// doors prints how many connections lead past the engine: the server's end of
// one bears the name of the socket that was connected to, and is listed where it
// was connected from.
const doors = "print(sum('/.door-' in line for line in open('/proc/net/unix')), 'past the engine')\n"

func TestASandboxIsSpokenToPastTheEngineBeforeAndAfterARestart(t *testing.T) {
	// No spare: one that is being started when the server is killed comes to be
	// after the purge.
	s := &server{dir: t.TempDir(), env: []string{"WARM_SANDBOXES=0"}, divide: split}
	t.Cleanup(func() { removed(t, s.dir) })
	s.again(t)
	c := s.in(t, "past")
	c.wants(c.run(doors+"x = 41"), "1 past the engine")
	s.kill()
	s.again(t)
	c = s.in(t, "past")
	c.wants(c.run(doors+"x + 1"), "1 past the engine", "42")
	if left, _ := filepath.Glob(filepath.Join(s.dir, "sandboxes", "*", ".door-*")); len(left) != 0 {
		t.Errorf("sockets are left: %v", left)
	}
	s.kill()
	s.purge(t)
}

// TestASessionGoesOnWhileTheEngineIsAway has a proxy stand for the engine: it can
// be taken away without harm to others.
func TestASessionGoesOnWhileTheEngineIsAway(t *testing.T) {
	s := &server{dir: t.TempDir(), divide: split}
	socket := filepath.Join(t.TempDir(), "engine")
	s.env = []string{"DOCKER_HOST=unix://" + socket}
	engine := func() *process {
		p, _, err := launch(nil, &lockedBuffer{}, []string{"SANDBOX_DATA_DIR=" + s.dir}, "socket proxy listening on ", "socket-proxy", socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		return p
	}
	first := engine()
	if err := s.boot("serve", "--rm"); err != nil {
		t.Fatal(err)
	}
	c := s.in(t, "on")
	c.run("x = 41")
	if err := first.stop(); err != nil {
		t.Error(err)
	}
	if why := s.health(t); !strings.Contains(why, "engine") {
		t.Errorf("without an engine /health says %q", why)
	}
	c.wants(c.run("x + 1"), "42")
	engine()
	c.wants(c.run("x + 2"), "43")
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

func TestACellFindsNoWayToTheServer(t *testing.T) {
	c := in(t)
	got := c.run(`
import os, socket
def tried(what, how):
    try: print(what, how())
    except OSError as e: print(what, type(e).__name__)
tried('list', lambda: os.listdir('/app/sandbox_data'))
tried('make', lambda: open('/app/sandbox_data/.door-mine', 'w'))
tried('descriptors', lambda: os.listdir('/proc/1/fd'))
names = [line.split()[-1].rsplit('/', 1)[-1] for line in open('/proc/net/unix') if '/.door-' in line]
print(len(names), 'known')
for name in names:
    tried('knock', lambda: socket.socket(socket.AF_UNIX).connect('/app/sandbox_data/' + name))
own = [fd for fd in range(3, 500) if os.path.exists(f'/proc/self/fd/{fd}') and os.readlink(f'/proc/self/fd/{fd}').startswith('socket:')]
peers = [socket.socket(fileno=os.dup(fd)).getpeername() for fd in own]
print('peers', [p for p in peers if p])`)
	c.wants(got, "list PermissionError", "make PermissionError", "descriptors PermissionError", "1 known", "knock FileNotFoundError", "peers []")
}
