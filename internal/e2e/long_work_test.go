//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// slow is a cell that says by a file that it runs, and ends when it is let go.
const slow = `
import os, time
print("begun", flush=True)
open("running", "w").close()
while not os.path.exists("go"): time.sleep(0.02)
os.remove("go"); done = 42
print("ended")`

// awaitFile waits until the session has the file, without its kernel.
func (c *client) awaitFile(name string) {
	c.t.Helper()
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(c.ok("list_files", nil), name) {
			return
		}
	}
	c.t.Fatalf("never a file %s", name)
}

// detached finds the job that a reply names, lets it end and reads it whole.
func (c *client) detached(reply string) {
	c.t.Helper()
	id := regexp.MustCompile(`job ([0-9a-f]{8})`).FindStringSubmatch(reply)
	if id == nil {
		c.t.Fatalf("the next reply names no job:\n%s", reply)
	}
	release(c.t, c)
	c.until(id[1], "completed")
	c.wants(c.ok("get_job_result", map[string]any{"job_id": id[1]}), "begun", "ended")
	c.wants(c.run("done"), "42")
}

// notice waits for a reply that carries word of it: the server may learn later
// than the test that a connection has dropped.
func (c *client) notice(word string) string {
	c.t.Helper()
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got := c.ok("list_files", nil); strings.Contains(got, "notice: ") && strings.Contains(got, word) {
			return got
		}
	}
	c.t.Fatalf("no reply has a notice of %q", word)
	return ""
}

// interrupted sees that the cell was stopped and the kernel is idle, with its
// variables. The file that would let the cell end was never there.
func (c *client) interrupted() {
	c.t.Helper()
	c.wants(c.run("print(kept, 'done' in globals())"), "7 False")
}

func (c *client) begin(w *raw, id int) under {
	c.t.Helper()
	c.run("import os\nkept = 7\nglobals().pop('done', None)\nif os.path.exists('running'): os.remove('running')")
	u := w.start(id, c.session, slow, "")
	c.awaitFile("running")
	return u
}

// TestAConnectionThatDropsDetaches, but where the protocol's version makes
// closing the stream the cancellation.
func TestAConnectionThatDropsDetaches(t *testing.T) {
	for _, w := range wires(t) {
		t.Run(w.name, func(t *testing.T) {
			c := in(t)
			c.begin(w, 1).drop()
			if w.name == "modern" {
				c.interrupted()
				return
			}
			c.detached(c.notice("job"))
		})
	}
}

func TestACancellationInterruptsAndATimeOutDetaches(t *testing.T) {
	for _, w := range wires(t) {
		if w.name == "modern" || w.name == "body" { // they have no client that a notification could belong to
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			c := in(t)
			c.begin(w, 1)
			w.cancel(1, "the user pressed stop")
			c.interrupted()
			c.begin(w, 2)
			w.cancel(2, "McpError: MCP error -32001: Request timed out")
			c.detached(c.notice("job"))
		})
	}
}

func TestACancelledCallThatWaitsNeverRuns(t *testing.T) {
	for _, w := range []*raw{streamable(t), events(t)} {
		t.Run(w.name, func(t *testing.T) {
			c := in(t)
			c.job(slow)
			c.awaitFile("running")
			never := w.start(1, c.session, "open('never', 'w').close()", "")
			w.cancelUntilAnswered(never, 1)
			w.start(2, c.session, "open('second', 'w').close()", "")
			release(t, c)
			c.awaitFile("second")
			if files := c.ok("list_files", nil); strings.Contains(files, "never") {
				t.Errorf("a cancelled call has run:\n%s", files)
			}
		})
	}
}

// cancelUntilAnswered repeats it: the call may not have arrived yet.
func (w *raw) cancelUntilAnswered(u under, id int) {
	w.t.Helper()
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); {
		w.cancel(id, "")
		select {
		case m := <-u.messages:
			if m.ID != nil && *m.ID == id {
				return
			}
		case <-time.After(50 * time.Millisecond):
		}
	}
	w.t.Fatal("a cancelled call is never answered")
}

func TestProgressTellsOutputAndThenThatNothingIsNew(t *testing.T) {
	for _, w := range []*raw{streamable(t), events(t)} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel() // the silence lasts ten seconds
			c := in(t)
			u := w.start(1, c.session, "import time\nprint('step one', flush=True)\ntime.sleep(11)\nprint('step two')", "token")
			for _, want := range []string{"step one", "nothing new"} {
				for m := u.next(t); !strings.Contains(m.Params.Message, want); m = u.next(t) {
					if m.ID != nil && *m.ID == 1 {
						t.Fatalf("answered before %q was told: %s", want, m.text())
					}
				}
			}
			c.wants(u.answer(t, 1).text(), "step one", "step two")
		})
	}
}

func TestCallsOnASessionRunInTheOrderTheyArrived(t *testing.T) {
	c := in(t)
	c.run("order = []")
	c.job(slow)
	c.awaitFile("running")
	var last string
	for i := range 12 {
		last = c.job(py("order.append(%d)", i))
	}
	release(t, c)
	c.until(last, "completed")
	c.wants(c.run("order == list(range(12))"), "True")
}
