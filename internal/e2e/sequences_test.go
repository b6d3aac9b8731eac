//go:build e2e

package e2e

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"pgregory.net/rapid"
)

// rounds is how many sequences are tried: each costs seconds of real kernels.
const rounds = "4"

// model is what must be true of a session, whatever was done to it.
type model struct {
	c     *client
	marks int
	x     string            // the variable's value, empty for not defined
	jobs  map[string]string // their marks, by id
	ended map[string]bool
}

// TestAnySequenceLeavesTheSessionUsableAndRepliesMatched runs cells, failures,
// time-outs, cancellations, jobs, queries, resets and deaths in any order, some
// at once: each reply carries its own call's mark and nobody else's, and the
// variables are what the sequence has left of them.
func TestAnySequenceLeavesTheSessionUsableAndRepliesMatched(t *testing.T) {
	if err := flag.Set("rapid.checks", rounds); err != nil {
		t.Fatal(err)
	}
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		c := &client{t, fmt.Sprintf("sequence-%d", round), shared.dial(t, "")}
		defer c.raw("delete_session", map[string]any{"session_id": c.session})
		m := &model{c: c, jobs: map[string]string{}, ended: map[string]bool{}}
		rt.Repeat(map[string]func(*rapid.T){
			"cell": m.cell, "failure": m.failure, "time-out": m.timeOut, "cancelled call": m.cancelledCall,
			"cells at once": m.atOnce, "job": m.job, "cancelled job": m.cancelJob, "query": m.query,
			"reset": m.reset, "death": m.death,
		})
		m.settle(rt)
	})
}

// mark is text that no other call prints.
func (m *model) mark() string {
	m.marks++
	return fmt.Sprintf("mark-%04d", m.marks)
}

// matched checks that a reply has its call's mark and no other.
func matched(rt *rapid.T, reply, mark string) {
	if !strings.Contains(reply, mark) || strings.Count(reply, "mark-") != strings.Count(reply, mark) {
		rt.Fatalf("the reply to the call of %s is:\n%s", mark, reply)
	}
}

func (m *model) execute(rt *rapid.T, args map[string]any) string {
	res, err := m.c.raw("execute_code", merged(args, m.c.session))
	if err != nil {
		rt.Fatal(err)
	}
	return text(res)
}

func merged(args map[string]any, session string) map[string]any {
	if args == nil {
		args = map[string]any{}
	}
	all := maps.Clone(args)
	all["session_id"] = session
	return all
}

func (m *model) cell(rt *rapid.T) {
	mark := m.mark()
	want := m.x
	if want == "" {
		want = "undefined"
	}
	reply := m.execute(rt, map[string]any{"code": py("was = globals().get('x', 'undefined')\nx = %q\nprint(was, %q)", mark[5:], mark)})
	matched(rt, reply, mark)
	if !strings.Contains(reply, want+" ") {
		rt.Fatalf("x was %s, and the reply is:\n%s", want, reply)
	}
	m.x = mark[5:]
}

func (m *model) failure(rt *rapid.T) {
	mark := m.mark()
	reply := m.execute(rt, map[string]any{"code": py("raise ValueError(%q)", mark)})
	if !strings.Contains(reply, "ValueError: "+mark) {
		rt.Fatalf("the reply to a failing cell is:\n%s", reply)
	}
}

func (m *model) timeOut(rt *rapid.T) {
	mark := m.mark()
	reply := m.execute(rt, map[string]any{"code": py("print(%q)\nimport time; time.sleep(60)", mark), "timeout": 1})
	if !strings.Contains(reply, mark) || !strings.Contains(reply, "timeout: ") {
		rt.Fatalf("the reply to a cell that took too long is:\n%s", reply)
	}
}

func (m *model) cancelledCall(rt *rapid.T) {
	wait := time.Duration(rapid.IntRange(1, 300).Draw(rt, "milliseconds")) * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	time.AfterFunc(wait, cancel)
	_, err := m.c.CallTool(ctx, &mcp.CallToolParams{Name: "execute_code",
		Arguments: merged(map[string]any{"code": py("print(%q)\nimport time; time.sleep(60)", m.mark())}, m.c.session)})
	if err == nil {
		rt.Fatal("a call of a minute was answered in less than a second")
	}
}

func (m *model) atOnce(rt *rapid.T) {
	var all sync.WaitGroup
	marks := []string{m.mark(), m.mark(), m.mark()}
	replies := make([]string, len(marks))
	for i, mark := range marks {
		all.Go(func() {
			if res, err := m.c.raw("execute_code", merged(map[string]any{"code": py("print(%q)", mark)}, m.c.session)); err == nil {
				replies[i] = text(res)
			}
		})
	}
	all.Wait()
	for i, mark := range marks {
		matched(rt, replies[i], mark)
	}
}

func (m *model) job(rt *rapid.T) {
	mark := m.mark()
	res, err := m.c.raw("submit_job", merged(map[string]any{"code": py("import time; time.sleep(0.2); print(%q)", mark)}, m.c.session))
	if err != nil || res.IsError {
		rt.Fatalf("%v %v", err, res)
	}
	id := structured[struct {
		JobID string `json:"job_id"`
	}](m.c.t, res).JobID
	m.jobs[id] = mark
}

func (m *model) cancelJob(rt *rapid.T) {
	if len(m.jobs) == 0 {
		return
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(m.jobs))).Draw(rt, "job")
	if _, err := m.c.raw("cancel_job", map[string]any{"job_id": id}); err != nil {
		rt.Fatal(err)
	}
	m.ended[id] = true
}

func (m *model) query(rt *rapid.T) {
	mark := m.mark()
	res, err := m.c.raw("query_dataset", merged(map[string]any{"query": "SELECT '" + mark + "' AS m"}, m.c.session))
	if err != nil {
		rt.Fatal(err)
	}
	matched(rt, text(res), mark)
}

func (m *model) reset(rt *rapid.T) {
	if res, err := m.c.raw("reset_session", merged(nil, m.c.session)); err != nil || res.IsError {
		rt.Fatal(err, res)
	}
	m.lose()
}

func (m *model) death(rt *rapid.T) {
	reply := m.execute(rt, map[string]any{"code": "import os; os._exit(3)"})
	if !strings.Contains(reply, "kernel_died: ") {
		rt.Fatalf("the reply to a death is:\n%s", reply)
	}
	m.lose()
}

// lose forgets what a kernel's end takes: variables, and perhaps the job that
// ran in it.
func (m *model) lose() {
	m.x = ""
	for id := range m.jobs {
		m.ended[id] = true
	}
}

// settle waits for the jobs, whose results are their own, and runs one more cell.
func (m *model) settle(rt *rapid.T) {
	for id, mark := range m.jobs {
		status := m.c.until(id, "completed", "cancelled", "failed")
		if status.Status != "completed" && !m.ended[id] {
			rt.Fatalf("job %s is %s, and nothing has stopped it", id, status.Status)
		}
		res, err := m.c.raw("get_job_result", map[string]any{"job_id": id})
		if err != nil {
			rt.Fatal(err)
		}
		if got := text(res); status.Status == "completed" {
			matched(rt, got, mark)
		}
	}
	m.cell(rt)
}
