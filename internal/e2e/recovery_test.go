//go:build e2e

package e2e

import "testing"

// escapes begets processes that a sweep may miss: comets, which are gone before
// anybody can look at them and which a timer wakes when they are stopped, and
// one whose first thread has ended while another goes on.
const escapes = `
import ctypes, os, signal, struct, threading, time
libc = ctypes.CDLL(None)
def be_woken():
    timer = ctypes.c_void_p()
    event = ctypes.create_string_buffer(struct.pack('Qii48x', 0, signal.SIGCONT, 0))
    every = ctypes.create_string_buffer(struct.pack('4q', 0, 50_000, 0, 50_000))
    assert libc.timer_create(1, event, ctypes.byref(timer)) == 0
    assert libc.timer_settime(timer, 0, every, None) == 0
def comet():
    os.setsid()
    while True:
        be_woken()
        if os.fork():
            os._exit(0)
def headless():
    os.setsid()
    be_woken()
    threading.Thread(target=time.sleep, args=(600,)).start()
    libc.syscall({'x86_64': 60, 'aarch64': 93}[os.uname().machine], 0)
for part in (comet, comet, headless):
    if os.fork() == 0:
        part()
time.sleep(0.2)
`

// company lists what runs beside the supervisor, the zygote and the kernel.
const company = `
import os
def told(pid):
    try: return open(f'/proc/{pid}/stat').read()
    except OSError: return ''
others = [told(p) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid(), os.getppid())]
print('others:', [line for line in others if line])
`

func TestNothingOfHostileCodeOutlivesItsKernel(t *testing.T) {
	c := in(t)
	for _, die := range []string{"", "", "os._exit(3)", "os._exit(3)", "os.kill(os.getpid(), 9)"} {
		c.run("x = 1")
		c.call("execute_code", map[string]any{"code": escapes + die})
		if die == "" {
			c.ok("reset_session", nil)
		}
		c.wants(c.run(company), "others: []")
		c.fails("execute_code", map[string]any{"code": "x"}, "NameError")
	}
}
