package mcptool_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

const detachAfter = 55 * time.Second

// slow is a service whose cells print by script and take 85 s,
// unless they detach.
func slow(script func(write func(string))) *fake.Service {
	return drawing(func(show func(orchestrator.Output)) {
		script(func(text string) { show(orchestrator.Output{Text: text}) })
	})
}

// drawing is slow, and its script may show live text.
func drawing(script func(show func(orchestrator.Output))) *fake.Service {
	svc := working()
	svc.OnExecute = func(_ context.Context, ref orchestrator.Ref, cell orchestrator.Cell, watch func(orchestrator.Output)) (orchestrator.Execution, error) {
		e := orchestrator.Execution{ID: "a3f9c1b2", Session: ref, Status: orchestrator.StatusRunning, Started: time.Now(), Timeout: cell.Timeout}
		e.Reply.Output = "step 1\n"
		if cell.Detach > 0 {
			time.Sleep(cell.Detach)
			e.Job, e.Detached = true, true
			return e, nil
		}
		script(watch)
		time.Sleep(time.Until(e.Started.Add(85 * time.Second)))
		e.Status, e.Ended = orchestrator.StatusCompleted, time.Now()
		return e, nil
	}
	return svc
}

func TestWithoutAProgressTokenLongCodeGoesOnAsAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := connect(t, slow(nil), mcptool.Options{DetachAfter: detachAfter})
		golden(t, "replies/detached.txt", shown(t, call(t, c, "execute_code", map[string]any{"code": "1", "session_id": "analysis"})))
		svc := answering(orchestrator.Execution{ID: "a3f9c1b2", Session: orchestrator.Ref{ID: "analysis"}, Status: orchestrator.StatusRunning,
			Job: true, Started: time.Now().Add(-14200 * time.Millisecond), Reply: orchestrator.Reply{Output: "step 1\n"}})
		golden(t, "replies/running.txt", shown(t, call(t, connect(t, svc, mcptool.Options{}), "get_job_result", good("get_job_result"))))
		bar := answering(orchestrator.Execution{ID: "a3f9c1b2", Session: orchestrator.Ref{ID: "analysis"}, Status: orchestrator.StatusRunning,
			Job: true, Started: time.Now().Add(-14200 * time.Millisecond), Reply: orchestrator.Reply{Output: "step 1\n", Tail: " 40%|██  | 2/5"}})
		golden(t, "jobs/running-bar.status.txt", shown(t, call(t, connect(t, bar, mcptool.Options{}), "get_job_status", good("get_job_status"))))
		golden(t, "replies/running-bar.txt", shown(t, call(t, connect(t, bar, mcptool.Options{}), "get_job_result", good("get_job_result"))))
		golden(t, "jobs/running.status.txt", shown(t, call(t, connect(t, svc, mcptool.Options{}), "get_job_status", good("get_job_status"))))
	})
}

// message is a progress notification, and when it came after the call.
type message struct {
	after    time.Duration
	progress float64
	token    any
	text     string
}

// progressOf calls with a token and returns what was told meanwhile.
func progressOf(t *testing.T, svc orchestrator.Service, tool string) []message {
	t.Helper()
	var mu sync.Mutex
	var got []message
	c := connect(t, svc, mcptool.Options{DetachAfter: detachAfter})
	start := time.Now()
	c.OnNotification(func(n mcp.JSONRPCNotification) {
		mu.Lock()
		defer mu.Unlock()
		p := n.Params.AdditionalFields
		if n.Method != "notifications/progress" {
			t.Errorf("a notification of %s", n.Method)
			return
		}
		m := message{after: time.Since(start), token: p["progressToken"], text: p["message"].(string)}
		m.progress = float64(p["progress"].(int))
		got = append(got, m)
	})
	if res := callWith(t.Context(), t, c, tool, good(tool), "token-1"); res.IsError {
		t.Errorf("%s: %s", tool, textOf(res))
	}
	synctest.Wait()
	mu.Lock()
	n := len(got)
	mu.Unlock()
	time.Sleep(time.Hour) // after the reply nothing more is told
	synctest.Wait()
	if len(got) != n {
		t.Errorf("told after the reply: %v", got[n:])
	}
	for i, m := range got {
		if m.token != "token-1" || len(m.text) > 2<<10 || i > 0 && m.progress <= got[i-1].progress {
			t.Errorf("message %d: %+v", i, m)
		}
	}
	return got
}

func TestAHeartbeatFillsTheSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := progressOf(t, slow(func(func(string)) {}), "execute_code")
		if len(got) != 8 {
			t.Fatalf("%d messages in 85 s: %v", len(got), got)
		}
		for i, m := range got {
			if gap := m.after - time.Duration(i+1)*10*time.Second; gap < 0 || gap > 3*time.Second || !strings.Contains(m.text, "since the call") {
				t.Errorf("message %d: %+v", i, m)
			}
		}
	})
}

func TestProgressCarriesNewOutputAsItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := progressOf(t, slow(func(write func(string)) {
			time.Sleep(3 * time.Second)
			write("one\n")
			time.Sleep(100 * time.Millisecond)
			write("two\n")
			write("three\n")
			time.Sleep(time.Second)
			write(strings.Repeat("ä", 5000) + "\nlast\n")
			write("")
			for range 10_000 {
				write("x\n")
			}
		}), "execute_code")
		if len(got) < 4 || got[0].text != "one\n" || got[0].after != 3*time.Second {
			t.Fatal(got)
		}
		if got[1].text != "two\nthree\n" || got[1].after != 3250*time.Millisecond {
			t.Errorf("throttled: %+v", got[1])
		}
		if last := got[len(got)-1]; len(got) > 15 || !strings.Contains(last.text, "since the call") {
			t.Errorf("%d messages, at last %+v", len(got), last)
		}
	})
}

// texts are the messages but for heartbeats.
func texts(got []message) []string {
	var found []string
	for _, m := range got {
		if !strings.Contains(m.text, "since the call") {
			found = append(found, m.text)
		}
	}
	return found
}

func TestProgressShowsLinesThatAreNotFinishedAsTheyStand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := func(text, live string) orchestrator.Output { return orchestrator.Output{Text: text, Live: live} }
		got := texts(progressOf(t, drawing(func(show func(orchestrator.Output)) {
			for _, o := range []orchestrator.Output{
				out("", "."), out("", ".."), // dots
				out("", ".."),                         // nothing new
				out("...\n", ""), out("", "  0%|  |"), // a bar
				out("", " 50%|# |"),
				out(" 50%|# |\n", ""),                            // finished as told
				out("done\nmore\n", "a\nb 1"), out("", "a\nb 2"), // only what changed
				out("", "A\nb 2"), // also above
				out("A\nb 2\n", ""),
			} {
				show(o)
				time.Sleep(300 * time.Millisecond)
			}
		}), "execute_code"))
		want := []string{".", "..", "...\n", "  0%|  |", " 50%|# |", "done\nmore\na\nb 1", "b 2", "A\nb 2"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestProgressGoesOnWithTheNewestTextBehindTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := texts(progressOf(t, drawing(func(show func(orchestrator.Output)) {
			show(orchestrator.Output{Text: "héad\n"})
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "1\n2\n"})
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "1\n2\n3\n"})
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "2\n3\nñ\n", Skipped: 2})
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "x\nx\nx\n", Skipped: 8}) // "x" since the eighth
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "x\nx\nx\n", Skipped: 10})
			time.Sleep(300 * time.Millisecond)
			show(orchestrator.Output{Live: "far\n", Skipped: 1000})
		}), "execute_code"))
		want := []string{"héad\n", "1\n2\n", "3\n", "ñ\n", "x\nx\nx\n", "x\n", "far\n"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestEveryToolHasAHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := working()
		svc.OnFetch = func(context.Context, orchestrator.Ref, string, string) (orchestrator.Artifact, error) {
			time.Sleep(25 * time.Second)
			return file("x.csv", 1), nil
		}
		if got := progressOf(t, svc, "fetch_from_url"); len(got) != 2 {
			t.Error(got)
		}
	})
}

func TestATokenKeepsTheCallToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := working()
		svc.OnLoad = func(ctx context.Context, _ orchestrator.Ref, load orchestrator.Load) (orchestrator.Dataset, error) {
			time.Sleep(2 * detachAfter)
			return orchestrator.Dataset{Name: load.Name}, ctx.Err()
		}
		c := connect(t, svc, mcptool.Options{DetachAfter: detachAfter})
		callWith(t.Context(), t, c, "execute_code", good("execute_code"), 7)
		if res := callWith(t.Context(), t, c, "load_dataset", good("load_dataset"), 7); res.IsError {
			t.Errorf("with a token a load ended with %s", textOf(res))
		}
		call(t, c, "execute_code", good("execute_code"))
		if res := call(t, c, "load_dataset", good("load_dataset")); !res.IsError {
			t.Error("without a token a load went on")
		}
		calls := svc.Calls()
		if got := calls[0].Args[0].(orchestrator.Cell).Detach; got != 0 {
			t.Errorf("with a token it detaches after %v", got)
		}
		if got := calls[2].Args[0].(orchestrator.Cell).Detach; got != detachAfter {
			t.Errorf("without a token it detaches after %v", got)
		}
	})
}

func TestALoadOrQueryBeyondPatienceSaysWhatToUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := working()
		wait := func(ctx context.Context) error {
			<-ctx.Done()
			return orchestrator.Errorf(orchestrator.CodeCancelled, "it was cancelled")
		}
		svc.OnLoad = func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Load) (orchestrator.Dataset, error) {
			return orchestrator.Dataset{}, wait(ctx)
		}
		svc.OnQuery = func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Query) (orchestrator.Table, error) {
			return orchestrator.Table{}, wait(ctx)
		}
		svc.Notify(orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "analysis"}, "kernel restarted")
		c := connect(t, svc, mcptool.Options{DetachAfter: detachAfter})
		golden(t, "replies/load-too-long.txt", shown(t, call(t, c, "load_dataset", good("load_dataset"))))
		golden(t, "replies/query-too-long.txt", shown(t, call(t, c, "query_dataset", good("query_dataset"))))
	})
}

func TestWhatEndedACallBeyondPatienceIsStillTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := working()
		svc.OnQuery = func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Query) (orchestrator.Table, error) {
			<-ctx.Done()
			return orchestrator.Table{}, orchestrator.Errorf(orchestrator.CodeKernel, "it would not stop; variables are lost")
		}
		c := connect(t, svc, mcptool.Options{DetachAfter: detachAfter})
		if text := textOf(call(t, c, "query_dataset", good("query_dataset"))); !strings.HasPrefix(text, "kernel_died: it would not stop") {
			t.Error(text)
		}
	})
}

func TestNothingIsToldWhereThereIsNothingToTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := progressOf(t, slow(func(write func(string)) {
			time.Sleep(5 * time.Second)
			write("\xff") // no character
		}), "execute_code")
		if got[0].after != 10*time.Second {
			t.Error(got)
		}
	})
}

func TestTheCauseOfACancellationReachesTheService(t *testing.T) {
	svc := working()
	var cause error
	ctx, cancel := context.WithCancelCause(t.Context())
	svc.OnExecute = func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Cell, _ func(orchestrator.Output)) (orchestrator.Execution, error) {
		cancel(orchestrator.ErrCancelled)
		<-ctx.Done()
		cause = context.Cause(ctx)
		return ended(orchestrator.StatusCancelled, orchestrator.Reply{}), nil
	}
	callWith(ctx, t, connect(t, svc, mcptool.Options{}), "execute_code", map[string]any{"code": "1"}, nil)
	if cause != orchestrator.ErrCancelled {
		t.Errorf("the service saw %v", cause)
	}
}
