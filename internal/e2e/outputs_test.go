//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// equals runs code whose whole reply is known.
func (c *client) equals(name, code, want string) {
	c.t.Helper()
	if got := c.run(code); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") {
		c.t.Errorf("%s: got %s\nwant %s", name, briefly(got), briefly(want))
	}
}

// briefly quotes a text that may be long.
func briefly(s string) string {
	if len(s) > 600 {
		return fmt.Sprintf("%q … %q (%d bytes)", s[:300], s[len(s)-300:], len(s))
	}
	return strconv.Quote(s)
}

func TestWhateverWritesItIsShownInTheOrderWritten(t *testing.T) {
	c := in(t)
	var want strings.Builder
	for i := range 40 {
		fmt.Fprintf(&want, "print %d\nerr %d\nraw %d\nlibc %d\n", i, i, i, i)
		if i%10 == 0 {
			fmt.Fprintf(&want, "child %d\nchild err %d\n", i, i)
		}
	}
	c.equals("interleaved", `
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None)
for i in range(40):
    print("print", i)
    print("err", i, file=sys.stderr)
    os.write(1, b"raw %d\n" % i)
    line = b"libc %d\n" % i
    libc.write(2, line, len(line))
    if i % 10 == 0:
        subprocess.run(["sh", "-c", f"echo child {i}; echo child err {i} >&2"])`, want.String())
	c.equals("characters split over writes", `
import os, time
for b in "aé日😀z\n".encode() * 3:
    os.write(1, bytes([b]))
    time.sleep(0.01)`, strings.Repeat("aé日😀z\n", 3))
	c.equals("bytes that are no text", `os.write(1, b"a\xffb\xe2\x82c\xc3"); os.write(1, b"\xa9\n")`, "a\ufffdb\ufffd\ufffdcé\n2")
}

func TestProgressBarsAreFoldedAndEscapesStripped(t *testing.T) {
	c := in(t)
	c.run("from tqdm import tqdm\nimport os, random, sys, time")
	for name, code := range map[string]string{
		"plain":           "for i in tqdm(range(200)): time.sleep(0.001)",
		"nested":          "for i in tqdm(range(4)):\n    for j in tqdm(range(50), leave=False): time.sleep(0.001)",
		"nested by place": "for i in tqdm(range(4), position=0):\n    for j in tqdm(range(50), position=1, leave=False): time.sleep(0.001)",
		"on stdout":       "for i in tqdm(range(200), file=sys.stdout): time.sleep(0.001)",
		"not closed":      "bar = tqdm(total=200)\nfor i in range(200): bar.update(); time.sleep(0.001)\n_ = bar.refresh()",
	} {
		got := strings.TrimRight(c.run(code), "\n")
		if strings.Count(got, "%|") != 1 || !strings.HasPrefix(got, "100%|██████████| ") || strings.Contains(got, "\n") {
			t.Errorf("%s: got %s", name, briefly(got))
		}
		c.run("bar = None") // closes one, so that the next begins in the first line
	}
	got := c.run("for i in tqdm(range(3), desc='a', position=0):\n    for j in tqdm(range(50), desc='b', position=1, leave=True): time.sleep(0.001)\n    tqdm.write(f'log {i}')")
	if !strings.Contains(got, "a: 100%|██████████| 3/3") || strings.Count(got, "a:") != 1 || strings.Count(got, "log ") != 3 {
		t.Errorf("bars and a log: got %s", briefly(got))
	}
	c.equals("colours, titles, bells", `print("\x1b[1;31mred\x1b[0m\x07 \x1b]0;title\x07and\x00 \x1b[38;5;196mmore\x1b[m\x7f\u0085")`, "red and more")
	c.equals("returns, backspaces", `print("10%\r20%\r30%"); print("|\b/\b-\bdone"); print("windows\r"); print("last", end="\r")`, "30%\ndone\nwindows\nlast")
	got = c.run("random.seed(1)\nfor _ in range(50): os.write(1, random.randbytes(20000))\nos.write(1, b'\\x18\\n'); print('survived')")
	if !strings.Contains(got, "survived") || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		t.Errorf("binary junk: got %s", briefly(got))
	}
	c.wants(c.run("1 + 1"), "2")
}

var cutMark = regexp.MustCompile(`(?s)^(.*)\[([0-9,]+) characters cut; the whole output is in ([^\]\n]+)\]\n(.*)$`)

// cut takes a reply apart at the mark of what was cut.
func (c *client) cut(got string) (head, tail, file string, cut int) {
	c.t.Helper()
	parts := cutMark.FindStringSubmatch(got)
	if parts == nil {
		c.t.Fatalf("nothing says that it was cut: %s", briefly(got))
	}
	cut, err := strconv.Atoi(strings.ReplaceAll(parts[2], ",", ""))
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSuffix(parts[1], "\n"), strings.TrimSuffix(parts[4], "\n"), parts[3], cut
}

func TestTextUpToItsBoundIsWholeAndBeyondItCountedExactly(t *testing.T) {
	c := in(t)
	for _, letter := range []string{"x", "é", "日", "😀"} {
		c.equals("at the bound", py("print(%q * 19999)", letter), strings.Repeat(letter, 19999))
		head, tail, file, cut := c.cut(c.run(py("print(%q * 20000)", letter)))
		shown := utf8.RuneCountInString(head+tail) + len("\n")
		if strings.Trim(head+tail, letter) != "" || shown+cut != 20001 || shown < 19000 {
			t.Errorf("%s: %d characters shown and %d cut", letter, shown, cut)
		}
		c.equals("in the file", py("open(%q).read() == %q * 20000 + '\\n'", file, letter), "True")
	}
}

func TestTwoHundredMegabytesCostNeitherMemoryNorTheSession(t *testing.T) {
	c := in(t)
	const lines, width = 2_000_000, 100
	got := c.run("x = 1\nfor i in range(0, 2000000, 10000): print('\\n'.join(f'{n:099d}' for n in range(i, i + 10000)))")
	head, tail, file, cut := c.cut(got)
	if !strings.HasPrefix(head, fmt.Sprintf("%099d\n%099d\n", 0, 1)) || !strings.HasSuffix(tail, fmt.Sprintf("%099d\n%099d", lines-2, lines-1)) {
		t.Errorf("got %s", briefly(got))
	}
	// Where head and tail end, nothing is lost but what is counted.
	if shown := len(head) + len(tail) + len("\n"); shown+cut != lines*width || len(got) < 19_900 || len(got) > 20_000 {
		t.Errorf("%d characters shown and %d cut of %d", shown, cut, lines*width)
	}
	c.equals("the file", py("import os\nos.path.getsize(%q), open(%q).readline()[-3:-1], max(int(line) for line in open(%q))", file, file, file),
		fmt.Sprintf("(%d, '00', %d)", lines*width, lines-1))
	// Everybody may see how much memory PID 1, the supervisor, took at most.
	peak, err := strconv.Atoi(c.run("print(next(line.split()[1] for line in open('/proc/1/status') if line.startswith('VmHWM')))"))
	if err != nil || peak > 64<<10 {
		t.Errorf("the supervisor took %d KiB, %v", peak, err)
	}
	c.wants(c.run(py("os.remove(%q)\nx", file)), "1", "Files deleted:", file)
}

func TestAStormOfDrawingIsFoldedInBoundedMemory(t *testing.T) {
	c := in(t)
	c.equals("one line drawn for 50 MB", `
import sys
state = "".join(f"\r{n:9d} of 1000000" for n in range(100000))
for _ in range(20): sys.stdout.write(state)
print()`, "    99999 of 1000000")
	c.wants(c.run("'well'"), "well")
}
