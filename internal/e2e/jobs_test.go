//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestAJobRunsInItsSessionAndItsReplyIsKept(t *testing.T) {
	c := in(t)
	c.run("base = 20")
	id := c.job("import time\nprint('working')\ntime.sleep(0.5)\nanswer = base + 22\nanswer")
	c.until(id, "completed")
	c.wants(c.ok("get_job_result", map[string]any{"job_id": id}), "working", "42")
	c.wants(c.run("answer"), "42")
}

func TestARunningJobTellsItsOutputSoFar(t *testing.T) {
	c := in(t)
	id := c.job("import time\nprint('first line', flush=True)\ntime.sleep(60)")
	c.until(id, "running")
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got := c.ok("get_job_result", map[string]any{"job_id": id}); strings.Contains(got, "first line") {
			break
		}
	}
	c.wants(c.ok("get_job_result", map[string]any{"job_id": id}), "first line", "runs")
	c.wants(c.ok("get_job_status", map[string]any{"job_id": id}), "first line", "running")
	c.cancels(id)
}

// cancels stops a job and sees that the session works and kept its variables.
func (c *client) cancels(id string) {
	c.t.Helper()
	c.ok("cancel_job", map[string]any{"job_id": id})
	if got := c.until(id, "cancelled"); got.Elapsed == "" {
		c.t.Errorf("%+v has no elapsed", got)
	}
	c.wants(c.run("1 + 1"), "2")
}

func TestAFailedJobAndATimedOutJobSaySo(t *testing.T) {
	c := in(t)
	id := c.job("1 / 0")
	c.until(id, "failed")
	c.fails("get_job_result", map[string]any{"job_id": id}, "ZeroDivisionError")
	res := c.call("submit_job", map[string]any{"code": "import time; time.sleep(60)", "timeout": 1})
	late := structured[struct {
		JobID string `json:"job_id"`
	}](t, res).JobID
	c.until(late, "timeout")
	c.fails("get_job_result", map[string]any{"job_id": late}, "timeout")
}

func TestALongCellDetachesIntoAJobAndLosesNothing(t *testing.T) {
	c := own(t, "DETACH_AFTER=4s").in(t, "detach")
	c.run("1") // the sandbox is there
	res := c.call("execute_code", map[string]any{"code": "import time\nprint('begun', flush=True)\ntime.sleep(6)\nprint('ended')\n6 * 7"})
	if res.IsError {
		t.Fatal(text(res))
	}
	c.wants(text(res), "begun", "job")
	meta, _ := res.Meta["power-interpreter/execution"].(map[string]any)
	id, _ := meta["job_id"].(string)
	if len(id) != 8 {
		t.Fatalf("no job_id in %v", res.Meta)
	}
	c.until(id, "completed")
	c.wants(c.ok("get_job_result", map[string]any{"job_id": id}), "begun", "ended", "42")
}

func TestACancelledCallInterruptsTheCellAndKeepsVariables(t *testing.T) {
	c := in(t)
	c.run("x = 'kept'")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "execute_code",
		Arguments: map[string]any{"session_id": c.session, "code": "import time\nt0 = time.time()\ntime.sleep(100)"}})
	if err == nil {
		t.Fatal("the call was not given up")
	}
	c.wants(c.run("x, time.time() - t0 < 60"), "kept", "True")
}

func TestProgressCarriesNewOutput(t *testing.T) {
	heard := make(chan string, 100)
	s := own(t, "DETACH_AFTER=4s")
	cs := connectWith(t, s.streamable(""), &mcp.ClientOptions{ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
		select {
		case heard <- r.Params.Message:
		default:
		}
	}})
	c := &client{t, "progress", cs}
	params := &mcp.CallToolParams{Name: "execute_code", Arguments: map[string]any{"session_id": c.session,
		"code": "import time\nfor i in range(3):\n    print('step', i, flush=True)\n    time.sleep(2)"}}
	params.SetProgressToken("p1")
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	res, err := cs.CallTool(ctx, params)
	if err != nil || res.IsError {
		t.Fatal(err)
	}
	c.wants(text(res), "step 2") // six seconds: a progress token means no detaching after four
	select {
	case message := <-heard:
		c.wants(message, "step")
	case <-time.After(10 * time.Second):
		t.Error("no progress was told")
	}
}
