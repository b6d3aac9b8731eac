//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	lateMark = "Written after the last call had ended, by what its code left running:\n"
	ownMark  = "This call:\n"
)

// leftBehind starts a thread and a child, which write when they are let go.
const leftBehind = `
import os, subprocess, threading, time
def wait():
    while not os.path.exists("go"): time.sleep(0.02)
def thread():
    wait()
    print("thread", 1)
    print("10%\r20%", end="", flush=True)
    open("thread said", "w").close()
threading.Thread(target=thread).start()
subprocess.Popen(["sh", "-c", "while [ ! -e 'thread said' ]; do sleep 0.02; done; echo; echo child; touch 'child said'"])
print("own")`

func TestWhatIsWrittenBetweenCallsIsToldByTheNextReplyApart(t *testing.T) {
	c := in(t)
	c.equals("before", leftBehind, "own")
	release(t, c)
	c.awaitFile("child said")
	c.ok("list_datasets", nil) // runs in the kernel, and has no place for text
	c.equals("the next", "print('next')\n42", lateMark+"thread 1\n20%\nchild\n"+ownMark+"next\n42")
	c.equals("the one after", "print('after')", "after")
	c.ok("reset_session", nil) // ends threads and children
	if got := c.run("pass"); !strings.HasPrefix(got, "(no output") {
		t.Errorf("in a fresh kernel: got %s", briefly(got))
	}
}

func TestAFloodBetweenCallsIsBoundedAndCounted(t *testing.T) {
	c := in(t)
	c.run(`
import os, threading, time
def flood():
    while not os.path.exists("go"): time.sleep(0.02)
    for i in range(50000): print("é", i)
    open("flooded", "w").close()
threading.Thread(target=flood).start()`)
	release(t, c)
	c.awaitFile("flooded")
	got := c.run("print('own')")
	_, late, own := strings.Cut(got, lateMark)
	late, rest, marked := strings.Cut(late, ownMark)
	if !own || !marked || rest != "own" {
		t.Fatalf("got %s", briefly(got))
	}
	whole, shown := 0, 0
	for i := range 50000 {
		whole += len(fmt.Sprintf("e %d\n", i))
	}
	head, mark, _ := strings.Cut(late, "[")
	var cut int
	if _, err := fmt.Sscanf(strings.ReplaceAll(mark, ",", ""), "%d characters cut", &cut); err != nil {
		t.Fatalf("%v: got %s", err, briefly(got))
	}
	_, tail, _ := strings.Cut(mark, "]\n")
	shown = len([]rune(head + tail))
	// A line break may have been put before the mark.
	if over := shown + cut - whole; over != 0 && over != 1 || !strings.HasPrefix(head, "é 0\né 1\n") || !strings.HasSuffix(tail, "é 49999\n") || shown > 4<<10 {
		t.Errorf("%d characters shown and %d cut of %d: %s", shown, cut, whole, briefly(late))
	}
}

func TestWhatIsWrittenWhileTheNextCallRunsBelongsToIt(t *testing.T) {
	// Nothing tells a left-over thread's text from the cell's own.
	c := in(t)
	c.run(`
import os, threading, time
def thread():
    while not os.path.exists("started"): time.sleep(0.02)
    print("thread")
    open("said", "w").close()
threading.Thread(target=thread).start()`)
	c.equals("the next", "print('one')\nopen('started', 'w').close()\nwhile not os.path.exists('said'): time.sleep(0.02)\nos.remove('said'); os.remove('started')\nprint('two')",
		"one\nthread\ntwo")
}

// tail polls a running job until its output ends as wanted.
func (c *client) tail(id, end string) string {
	c.t.Helper()
	got := ""
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		res := c.call("get_job_status", map[string]any{"job_id": id})
		got = structured[struct {
			Tail string `json:"output_tail"`
		}](c.t, res).Tail
		if strings.HasSuffix(got, end) {
			return got
		}
	}
	c.t.Fatalf("the job's output never ended in %q: %s", end, briefly(got))
	return ""
}

func TestAJobShowsABarAndAnUnfinishedLineAsTheyStand(t *testing.T) {
	c := in(t)
	id := c.job(`
import os, time
from tqdm import tqdm
def wait(name):
    while not os.path.exists(name): time.sleep(0.02)
print("begun")
bar = tqdm(total=10, bar_format="{percentage:.0f}% of {total}")
for _ in range(4): bar.update(); bar.refresh()
wait("one")
bar.update(6); bar.close()
for _ in range(30): print(".", end="", flush=True)
wait("two")
for i in range(30000): print("line", i)
print("waiting", end="", flush=True)
wait("three")
print(" no more")`)
	put := func(name string) {
		c.ok("upload_file", map[string]any{"filename": name, "content_base64": "Z28="})
	}
	if got := c.tail(id, "40% of 10"); got != "begun\n40% of 10" {
		t.Errorf("a bar: got %s", briefly(got))
	}
	c.wants(c.ok("get_job_result", map[string]any{"job_id": id}), "begun\n40% of 10")
	put("one")
	if got, want := c.tail(id, "..."), "begun\n100% of 10\n"+strings.Repeat(".", 30); got != want {
		t.Errorf("dots: got %s", briefly(got))
	}
	put("two")
	// The newest, although the reply's head has long been full.
	if got := c.tail(id, "waiting"); !strings.HasSuffix(got, "line 29998\nline 29999\nwaiting") {
		t.Errorf("behind the head: got %s", briefly(got))
	}
	so := c.ok("get_job_result", map[string]any{"job_id": id})
	c.wants(so, "characters cut; get_job_result names the file", "line 29999\nwaiting")
	put("three")
	c.until(id, "completed")
	head, tail, _, _ := c.cut(c.ok("get_job_result", map[string]any{"job_id": id}))
	if !strings.HasPrefix(head, "begun\n100% of 10\n"+strings.Repeat(".", 30)+"line 0\n") || !strings.HasSuffix(tail, "line 29999\nwaiting no more") {
		t.Errorf("at the end: %s … %s", briefly(head), briefly(tail))
	}
}

func TestProgressShowsBarsAndUnfinishedLinesAsTheyStand(t *testing.T) {
	for _, w := range []*raw{streamable(t), events(t)} {
		t.Run(w.name, func(t *testing.T) {
			c := in(t)
			u := w.start(1, c.session, `
import os, time
from tqdm import tqdm
def wait():
    while not os.path.exists("go"): time.sleep(0.02)
    os.remove("go")
for _ in range(5): print(".", end="", flush=True)
wait()
print()
for _ in tqdm(range(60), bar_format="{percentage:.0f}% of {total}", mininterval=0): time.sleep(0.01)
`, "token")
			var told []string
			await := func(end string) {
				for m := u.next(t); ; m = u.next(t) {
					if m.ID != nil && *m.ID == 1 {
						t.Fatalf("answered before %q was told; told %q", end, told)
					}
					if m.Params.Message != "" {
						told = append(told, m.Params.Message)
					}
					if strings.HasSuffix(m.Params.Message, end) {
						return
					}
				}
			}
			await(".....")
			release(t, c)
			await("% of 60")
			if got := u.answer(t, 1).text(); got != ".....\n100% of 60" {
				t.Errorf("got %q", got)
			}
			for _, message := range told {
				if strings.ContainsAny(message, "\r\x1b") || strings.Count(message, "% of") > 1 {
					t.Errorf("garbled: %q", message)
				}
			}
		})
	}
}
