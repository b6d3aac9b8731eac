//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

func TestTwoSessionsCannotSeeEachOther(t *testing.T) {
	a, b := in(t), shared.in(t, "other")
	a.run("secret = 'alpha-secret'\nopen('secret.txt', 'w').write(secret)\nimport subprocess\np = subprocess.Popen(['sleep', '1234'])")
	b.fails("execute_code", map[string]any{"code": "secret"}, "NameError")
	got := b.run(`
import os
found = []
for root, _, files in os.walk('/app/sandbox_data'):
    found += files
print('files', found)
cmds = []
for pid in filter(str.isdigit, os.listdir('/proc')):
    try: cmds.append(open(f'/proc/{pid}/cmdline').read().replace('\0', ' '))
    except OSError: pass
print('processes', cmds)`)
	if strings.Contains(got, "secret.txt") || strings.Contains(got, "1234") {
		t.Errorf("session b sees session a:\n%s", got)
	}
	for _, name := range []string{"../" + a.session + "/secret.txt", "/app/sandbox_data/" + a.session + "/secret.txt"} {
		b.fails("fetch_file", map[string]any{"filename": name})
	}
}

func TestTheSandboxHasNothingToSteal(t *testing.T) {
	s := own(t, "API_KEYS=ann:anns-secret-key", "OTHER_SECRET=hush-hush")
	c := &client{t, "default", s.dial(t, "anns-secret-key")}
	got := c.run(`
import os
print(dict(os.environ))
for p in ('/proc/1/environ', '/proc/self/environ', '/proc/1/cmdline', '/proc/1/maps', '/proc/1/mem', '/proc/kcore', '/etc/shadow'):
    try: print(p, open(p, 'rb').read(2000))
    except OSError as e: print(p, type(e).__name__)
os.system('ls -la / /root /proc/1/fd; mount; cat /proc/1/status')`)
	for _, secret := range []string{"anns-secret-key", "hush-hush", s.dir} {
		if strings.Contains(got, secret) {
			t.Errorf("%q shows in:\n%s", secret, got)
		}
	}
}

// TestWhatTheKernelMustRefuse tries, from inside, what a hostile cell would.
func TestWhatTheKernelMustRefuse(t *testing.T) {
	c := in(t)
	got := c.run(`
import ctypes, os, socket, signal
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    ctypes.set_errno(0)
    r = libc.syscall(*args)
    return 'done' if r >= 0 else os.strerror(ctypes.get_errno())
def attempt(name, f):
    try: print(name + ':', f())
    except BaseException as e: print(name + ':', type(e).__name__, e)
attempt('internet', lambda: socket.create_connection(('1.1.1.1', 53), 2) and 'done')
attempt('interfaces', lambda: [n for _, n in socket.if_nameindex()] if hasattr(socket, 'if_nameindex') else '')
attempt('netdev', lambda: [l.split(':')[0].strip() for l in open('/proc/net/dev').readlines()[2:]])
attempt('ptrace', lambda: call(101, 16, 1, 0, 0))
attempt('io_uring', lambda: call(425, 8, 0))
attempt('bpf', lambda: call(321, 0, 0, 0))
attempt('keyctl', lambda: call(250, 0, -3, 0))
attempt('userfaultfd', lambda: call(323, 0))
attempt('unshare', lambda: call(272, 0x10000000))
attempt('process_vm_readv', lambda: call(310, 1, 0, 0, 0, 0, 0))
attempt('mount', lambda: call(165, b'none', b'/tmp', b'tmpfs', 0, 0))
attempt('perf', lambda: call(298, 0, 0, -1, -1, 0))
attempt('prlimit of 1', lambda: call(302, 1, 7, 0, 0))
attempt('kill 1', lambda: os.kill(1, signal.SIGTERM) or 'sent')
attempt('write root', lambda: open('/evil', 'w') and 'done')
attempt('write app', lambda: open('/app/sandbox_data/evil', 'w') and 'done')
attempt('rename own folder', lambda: os.rename(os.getcwd(), '/app/sandbox_data/moved') or 'done')
attempt('setuid', lambda: os.setuid(0) or 'done')
status = open('/proc/self/status').read()
for line in status.splitlines():
    if line.split(':')[0] in ('Uid', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'): print(line)
`)
	lines := map[string]string{}
	for _, line := range strings.Split(got, "\n") {
		name, rest, _ := strings.Cut(line, ":")
		lines[name] = strings.TrimSpace(rest)
	}
	for _, name := range []string{"internet", "ptrace", "io_uring", "bpf", "keyctl", "userfaultfd", "unshare", "process_vm_readv",
		"mount", "perf", "prlimit of 1", "write root", "write app", "rename own folder", "setuid"} {
		if v, there := lines[name]; !there || v == "done" {
			t.Errorf("%s was not refused: %q", name, v)
		}
	}
	if lines["netdev"] != "['lo']" {
		t.Errorf("network devices %s, want lo alone", lines["netdev"])
	}
	if strings.Trim(lines["CapEff"], "0") != "" || strings.Trim(lines["CapBnd"], "0") != "" || lines["NoNewPrivs"] != "1" || lines["Seccomp"] != "2" {
		t.Errorf("capabilities %s of %s, no_new_privs %s, seccomp %s", lines["CapEff"], lines["CapBnd"], lines["NoNewPrivs"], lines["Seccomp"])
	}
	if uid := strings.Fields(lines["Uid"]); len(uid) == 0 || len(uid[0]) != 5 || uid[0][:1] != "7" {
		t.Errorf("uid %q, want one of the sandboxes' range", lines["Uid"])
	}
	c.wants(c.run("'the supervisor lives'"), "lives")
}

func TestPlantedLinksLeadNowhere(t *testing.T) {
	c := in(t)
	c.run(`
import os
os.symlink('/etc/passwd', 'passwd.txt')
os.symlink('/app/sandbox_data', 'up')
os.symlink('/', 'root')
os.mkfifo('pipe')
os.makedirs('d')`)
	for _, name := range []string{"passwd.txt", "root/etc/hostname", "pipe", "up/claims", "d"} {
		c.fails("fetch_file", map[string]any{"filename": name})
	}
	c.call("upload_file", map[string]any{"filename": "root/tmp/owned.txt", "content_base64": "aGk="})
	c.call("upload_file", map[string]any{"filename": "passwd.txt", "content_base64": "aGk="})
	if got := c.run("open('/etc/passwd').read(30)"); strings.Contains(got, "hi") && !strings.Contains(got, "root") {
		t.Errorf("a link was followed: %s", got)
	}
	c.ok("list_files", nil)
}

func TestKeysSeparateOwners(t *testing.T) {
	s := own(t, "API_KEYS=ann:anns-secret-key,bob:bobs-secret-key")
	ann, bob := &client{t, "default", s.dial(t, "anns-secret-key")}, &client{t, "default", s.dial(t, "bobs-secret-key")}
	ann.run("x = 'of ann'\nopen('f.txt', 'w').write(x)")
	bob.fails("execute_code", map[string]any{"code": "x"}, "NameError")
	bob.fails("fetch_file", map[string]any{"filename": "f.txt"})
	id := ann.job("import time; time.sleep(60)")
	bob.fails("get_job_status", map[string]any{"job_id": id}, "not_found")
	bob.fails("cancel_job", map[string]any{"job_id": id}, "not_found")
	ann.ok("cancel_job", map[string]any{"job_id": id})
	for _, key := range []string{"", "wrong-secret-key"} {
		if status := s.post(t, "/mcp/sse", key, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`).StatusCode; status != 401 {
			t.Errorf("key %q got HTTP %d, want 401", key, status)
		}
	}
}
