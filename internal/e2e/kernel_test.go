//go:build e2e

package e2e

import (
	"strings"
	"sync"
	"testing"
)

func TestVariablesPersistAndTheLastValueShows(t *testing.T) {
	c := in(t)
	c.run("x = 41")
	c.wants(c.run("x += 1\nx"), "42")
	c.wants(c.run("import pandas as pd\npd.DataFrame({'region': ['East', 'West'], 'n': [1, 2]})"), "East", "West", "region")
	c.wants(c.run("```python\nprint('fenced')\n```"), "fenced")
	c.wants(c.run("pass"), "no output")
}

func TestOutputComesInTheOrderWritten(t *testing.T) {
	c := in(t)
	got := c.run(`
import sys, subprocess, os
print("1 out")
print("2 err", file=sys.stderr)
os.write(1, b"3 raw\n")
subprocess.run(["echo", "4 child"])
print("5 out")`)
	at := -1
	for _, w := range []string{"1 out", "2 err", "3 raw", "4 child", "5 out"} {
		i := strings.Index(got, w)
		if i <= at {
			t.Fatalf("%q is missing or out of order in:\n%s", w, got)
		}
		at = i
	}
}

func TestAnExceptionShowsTheUsersFramesOnly(t *testing.T) {
	c := in(t)
	got := c.fails("execute_code", map[string]any{"code": "def f(d):\n    return 1 / d\nprint('before')\nf(0)"},
		"ZeroDivisionError", "division by zero", "before", "line 2", "line 4")
	if strings.Contains(got, "power_worker") || strings.Contains(got, "IPython/") {
		t.Errorf("frames of ours show:\n%s", got)
	}
	c.fails("execute_code", map[string]any{"code": "if True print(1)"}, "SyntaxError", "if True print(1)")
	c.fails("execute_code", map[string]any{"code": "import sklearm"}, "ModuleNotFoundError", "sklearn", "network")
	c.wants(c.run("f.__name__"), "f")
}

func TestATimeoutIsHonouredAndKeepsVariables(t *testing.T) {
	c := in(t)
	c.run("kept = 'still here'")
	c.fails("execute_code", map[string]any{"code": "import time\nprint('started')\ntime.sleep(120)", "timeout": 1}, "timeout", "started", "kept")
	c.fails("execute_code", map[string]any{"code": "while True: pass", "timeout": 1}, "timeout")
	c.wants(c.run("kept"), "still here")
}

func TestCodeThatWillNotStopIsKilledAndSaysWhatIsLost(t *testing.T) {
	c := in(t)
	c.run("x = 1")
	stubborn := "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
	c.fails("execute_code", map[string]any{"code": stubborn, "timeout": 1}, "lost", "files")
	c.fails("execute_code", map[string]any{"code": "x"}, "NameError")
}

func TestEveryDeathIsNamedAndTheNextCallWorks(t *testing.T) {
	c := in(t)
	for name, tt := range map[string]struct {
		code  string
		words []string
	}{
		"crash":         {"import ctypes\nctypes.string_at(0)", []string{"SIGSEGV", "lost"}},
		"exit":          {"import os\nos._exit(3)", []string{"exit", "3", "lost"}},
		"out of memory": {"b = []\nwhile True: b.append(bytearray(64 << 20))", []string{"memory", "GiB", "lost"}},
		"kill itself":   {"import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", []string{"SIGKILL", "lost"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &client{t, c.session, c.ClientSession}
			c.run("open('kept.txt', 'w').write('1'); x = 1")
			c.fails("execute_code", map[string]any{"code": tt.code}, tt.words...)
			c.wants(c.run("open('kept.txt').read() + 'next'"), "1next")
			c.fails("execute_code", map[string]any{"code": "x"}, "NameError")
		})
	}
}

func TestAForkBombIsContained(t *testing.T) {
	c := in(t)
	other := shared.in(t, "bystander")
	c.call("execute_code", map[string]any{"code": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "timeout": 3})
	// What the bomb's processes still print may ride on the next reply.
	if got := text(c.call("execute_code", map[string]any{"code": "'alive'"})); !strings.Contains(got, "alive") {
		t.Errorf("the next cell gave: %s", got)
	}
	other.wants(other.run("'well'"), "well")
}

func TestSystemExitAndInputHaveDefinedOutcomes(t *testing.T) {
	c := in(t)
	c.run("x = 7")
	c.call("execute_code", map[string]any{"code": "import sys\nsys.exit(0)"})
	c.fails("execute_code", map[string]any{"code": "import sys\nsys.exit(3)"}, "3")
	c.fails("execute_code", map[string]any{"code": "input('name? ')"}, "input")
	c.call("execute_code", map[string]any{"code": "import builtins, json, sys\nbuiltins.print = None\njson.dumps = None\nsys.stdout = None"})
	c.wants(c.run("x"), "7")
}

func TestResetForgetsVariablesAndKeepsFiles(t *testing.T) {
	c := in(t)
	c.run("x = 1\nopen('kept.txt', 'w').write('here')")
	c.ok("reset_session", nil)
	c.fails("execute_code", map[string]any{"code": "x"}, "NameError")
	c.wants(c.run("open('kept.txt').read()"), "here")
}

func TestALongOutputKeepsHeadAndTailAndTheWholeInAFile(t *testing.T) {
	c := in(t)
	got := c.run("for i in range(20000): print('line', i)")
	c.wants(got, "line 0\n", "line 19999", "outputs/", "cut")
	if n := len([]rune(got)); n > 22000 {
		t.Errorf("%d characters came", n)
	}
	c.wants(c.run("import glob\nlen(open(glob.glob('outputs/*.txt')[0]).read().splitlines())"), "20000")
	if got := c.run("print('é' * 19000)\n'end'"); strings.Count(got, "é") != 19000 || !strings.HasSuffix(got, "'end'") {
		t.Errorf("%d of 19000 characters came", strings.Count(got, "é"))
	}
}

func TestAHugeOutputCostsNeitherMemoryNorTheSession(t *testing.T) {
	c := in(t)
	c.run("x = 1")
	got := c.run("import sys\nfor _ in range(200): sys.stdout.write('y' * (1 << 20))")
	if n := len(got); n > 25000 {
		t.Errorf("%d bytes came", n)
	}
	c.wants(c.run("x"), "1")
}

func TestSixSessionsAtOnceNeverCross(t *testing.T) {
	s := own(t, "MAX_SESSIONS=6")
	var all sync.WaitGroup
	for i := range 6 {
		c := s.in(t, "abcdef"[i:i+1])
		all.Go(func() {
			c.run(py("mine = %d\nopen('me.txt', 'w').write(str(mine))", i))
			for n := range 10 {
				got := c.run(py("print('out', mine, %d)\nopen('me.txt').read() + ':' + str(mine)", n))
				c.wants(got, py("out %d %d", i, n), py("%d:%d", i, i))
			}
		})
	}
	all.Wait()
}
