//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"
)

// doors prints how many connections lead past the engine: the server's end of
// one bears the name of the socket that was connected to, and is listed where it
// was connected from.
const doors = "print(sum('/.door-' in line for line in open('/proc/net/unix')), 'past the engine')\n"

func TestASandboxIsSpokenToPastTheEngineBeforeAndAfterARestart(t *testing.T) {
	s := &server{dir: t.TempDir(), divide: split}
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
