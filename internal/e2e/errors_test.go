//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

// raises runs code that must fail and wants these words; the exception's own
// line must come after all of its traceback, and only a hint after it.
func (c *client) raises(code, last string, words ...string) string {
	c.t.Helper()
	got := c.fails("execute_code", map[string]any{"code": code}, words...)
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if n := len(lines); n > 1 && strings.HasPrefix(lines[n-1], "hint: ") {
		lines = lines[:n-1]
	}
	if end := lines[len(lines)-1]; end != last {
		c.t.Errorf("ends with %q, want %q:\n%s", end, last, got)
	}
	return got
}

func TestATracebackIsTheUsersAndEndsWithItsException(t *testing.T) {
	c := in(t)
	c.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 0]})\nopen('lib.py', 'w').write('def deep(d):\\n    return d[\"x\"]\\n')")
	c.raises("df['zz']", "KeyError: 'zz'", "line 1", "Columns: 'a'")
	c.raises("raise KeyboardInterrupt", "KeyboardInterrupt", "line 1")
	c.raises("raise ValueError", "ValueError")
	c.raises("import lib\n\ndef outer():\n    return lib.deep({})\nouter()", "KeyError: 'x'", "line 5", "line 4, in outer", "lib.py, line 2, in deep")
	c.raises("def f(row):\n    return 1 // row['a']\ndf.apply(lambda r: f(r), axis=1).tolist()\nint('x')", "ValueError: invalid literal for int() with base 10: 'x'", "line 4")
	c.raises("df.apply(lambda row: {}[row['a']], axis=1)", "KeyError: np.int64(1)", "line 1, in <lambda>")
	c.raises("try:\n    int('x')\nexcept ValueError as e:\n    raise RuntimeError('wrapped') from e", "RuntimeError: wrapped",
		"ValueError: invalid literal", "direct cause", "line 2", "line 4")
	c.raises("x = [1,\nprint('a')", "SyntaxError: '[' was never closed", "line 1", "        ^")
	c.raises("y = 1\nx = = 2", "SyntaxError: invalid syntax", "line 2", "^")
	for _, long := range []string{"def f(n): return f(n + 1)\nf(0)", "raise ValueError('begin' + 'x ' * 50000 + 'the end')"} {
		got := c.fails("execute_code", map[string]any{"code": long})
		if len(got) > 22000 || !(strings.Contains(got, "maximum recursion depth") || strings.Contains(got, "the end")) {
			t.Errorf("%d bytes: %.200s ... %s", len(got), got, got[max(0, len(got)-200):])
		}
	}
}

func TestWhatIsMissingIsToldWithWhatThereIs(t *testing.T) {
	c := in(t)
	c.raises("import skleran", "ModuleNotFoundError: No module named 'skleran'", "sklearn", "no network")
	c.raises("import torch", "ModuleNotFoundError: No module named 'torch'", "sklearn, xgboost or lightgbm")
	c.wants(c.run("!pip install torch pandas"), "no network", "pandas: version")
	c.wants(c.run("%pip install torch"), "no network")
	c.wants(c.run("import subprocess, sys\nfor pip in (['pip'], ['pip3'], ['conda'], [sys.executable, '-m', 'pip']):\n    print(subprocess.run([*pip, 'install', 'torch']).returncode)"),
		"no network", "1\n")
	c.wants(c.run("!pip show pandas"), "Name: pandas")
	c.wants(c.run("!pip list | grep pandas"), "pandas==")
	c.raises("input('name? ')", "StdinNotImplementedError: input() cannot be answered: nobody can type into a running cell. Put the value in the code.", "name? ")
}

func TestAnExitEndsTheCellAndKeepsTheSession(t *testing.T) {
	c := in(t)
	c.run("kept = 'here'")
	for _, code := range []string{"exit()", "quit()", "import sys\nsys.exit()", "import sys\ndef f():\n    try: sys.exit(0)\n    finally: print('cleaned')\nf()"} {
		got := c.run(code + "\nprint('went on')")
		if strings.Contains(got, "went on") {
			t.Errorf("%s went on", code)
		}
		c.wants(got, "the cell ended there; the session and its variables stay", "reset_session")
	}
	c.raises("import sys\nsys.exit(3)\nprint('went on')", "SystemExit: the code exited with status 3", "line 2", "the session and its variables stay")
	c.wants(c.run("kept"), "here")
}

func TestTamperingHasADefinedOutcomeAndIsTold(t *testing.T) {
	c := in(t)
	c.run("kept = 'here'")
	for code, words := range map[string]string{
		"import builtins; builtins.isinstance = builtins.len = None":                                         "put back: isinstance, len",
		"import builtins; vars(builtins).clear()":                                                            "put back: ",
		"import json; json.dumps = json.loads = json.encoder = None":                                         "",
		"import sys; sys.stdout.close()":                                                                     "put back: stdout",
		"import sys; sys.stdout = sys.stderr = None":                                                         "put back: stdout, stderr",
		"import os; os.close(1)":                                                                             "put back: descriptor 1",
		"import sys; sys.excepthook = sys.displayhook = None; sys.settrace(lambda *a: None)":                 "",
		"import IPython.lib.pretty as p; p.RepresentationPrinter.pretty = None":                              "",
		"import sys; sys.setrecursionlimit(60)":                                                              "",
		"import os; os.environ.clear(); os.umask(0o777)":                                                     "",
		"import warnings, gc; warnings.simplefilter('error'); gc.disable()":                                  "",
		"import asyncio; asyncio.set_event_loop(asyncio.new_event_loop()); asyncio.get_event_loop().close()": "",
		"import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()":                  "",
	} {
		c.wants(c.run(code+"\n{'six': 6 * 7}"), "{'six': 42}", words)
		c.wants(c.run("print('out')\nkept"), "out", "here")
		c.raises("1 / 0", "ZeroDivisionError: division by zero")
	}
	c.wants(c.run("import os\nos.makedirs('/tmp/gone'); os.chmod('/tmp/gone', 0o700); os.chdir('/tmp/gone'); os.rmdir('/tmp/gone')\n"), "")
	c.wants(c.run("os.getcwd()"), "working directory was deleted", "/app/sandbox_data/")
	c.wants(c.run("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n'ignored'"), "ignored")
	res := c.call("execute_code", map[string]any{"code": "while True: pass", "timeout": 1})
	c.wants(text(res), "timeout: ", "interrupted", "variables and files are kept")
	c.wants(c.run("async def main(): return 'awaited'\nimport asyncio\nasyncio.run(main())"), "awaited")
	c.raises("async def nested(): asyncio.run(main())\nawait nested()", "RuntimeError: asyncio.run() cannot be called from a running event loop", "await the coroutine")
}

func TestASignalThatCodeSendsItselfIsNoCrash(t *testing.T) {
	c := in(t)
	for signal, words := range map[string]string{
		"SIGKILL": "was ended by the signal SIGKILL", "SIGTERM": "was ended by the signal SIGTERM",
		"SIGSEGV": "crashed by the signal SIGSEGV",
	} {
		got := c.fails("execute_code", map[string]any{"code": "import os, signal\nos.kill(os.getpid(), signal." + signal + ")"}, words, "variables are lost")
		if native := strings.Contains(got, "native library"); native != (signal == "SIGSEGV") {
			t.Errorf("%s: %s", signal, got)
		}
		c.wants(c.run("'next'"), "next")
	}
}
