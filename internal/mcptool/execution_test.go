package mcptool_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// answering is a service whose executions are all e.
func answering(e orchestrator.Execution) *fake.Service {
	svc := working()
	svc.OnExecute = func(context.Context, orchestrator.Ref, orchestrator.Cell, func(orchestrator.Output)) (orchestrator.Execution, error) {
		return e, nil
	}
	svc.OnJob = func(context.Context, string, string) (orchestrator.Execution, error) { return e, nil }
	svc.OnCancelJob = svc.OnJob
	return svc
}

// queued is a job that has not begun.
func queued() orchestrator.Execution {
	e := ended(orchestrator.StatusQueued, orchestrator.Reply{})
	e.Started, e.Ended, e.Job = time.Time{}, time.Time{}, true
	return e
}

func died(status orchestrator.Status, d orchestrator.Death) orchestrator.Execution {
	return ended(status, orchestrator.Reply{Output: "step 1\n", Death: &d})
}

var valueError = &orchestrator.Failure{
	Name: "ValueError", Message: "no column 'revenu'",
	Traceback: "Traceback (most recent call last):\n  Cell, line 2, in <module>\n    total = df['revenu'].sum()\nValueError: no column 'revenu'",
	Hint:      "near in name: revenue",
}

var interrupt = &orchestrator.Failure{Name: "KeyboardInterrupt", Traceback: "Traceback (most recent call last):\n  Cell, line 1, in <module>\n    time.sleep(1000)\nKeyboardInterrupt"}

// caused is an exception whose cause has the same name and message.
var caused = &orchestrator.Failure{
	Name: "KeyError", Message: "'zz'",
	Traceback: "KeyError: 'zz'\n\nThe above exception was the direct cause of the following exception:\n\nCell In[1], line 2\n    df['zz']\n    ~~^^^^^^\npandas/core/indexes/base.py, line 3823, in get_loc\n    raise KeyError(key) from err",
	Hint:      "Columns: 'a'",
}

var charts = orchestrator.Reply{
	Value: "<Axes>",
	Charts: []orchestrator.Chart{
		{PNG: []byte("\x89PNG one"), File: "charts/a3f9c1b2-1.png", Width: 640, Height: 480, Alt: "Revenue by region"},
		{File: "charts/a3f9c1b2-2.png"},
		{PNG: []byte("\x89PNG three"), File: "charts/a3f9c1b2-3.png"},
	},
	MoreCharts: 2,
	Files:      []orchestrator.Artifact{file("charts/a3f9c1b2-1.png", 34567), file("out/sales.csv", 1234567), file("odd\nname.txt", 0)},
	MoreFiles:  7,
}

var changed = orchestrator.Reply{
	Files: []orchestrator.Artifact{
		file("new.csv", 12),
		{Path: "b.csv", Size: 34, MIME: "text/csv", Modified: began, From: "a.csv"},
		{Path: "out/", MIME: "inode/directory", From: "tmp/"},
	},
	Deleted: []string{"old.csv", "odd\nname", "cache/"}, MoreDeleted: 3, FilesUnsure: true,
}

func TestRepliesOfExecutions(t *testing.T) {
	neverStarted := queued()
	neverStarted.Status = orchestrator.StatusCancelled
	refused := ended(orchestrator.StatusFailed, orchestrator.Reply{Failure: &orchestrator.Failure{Name: "unavailable", Message: "the engine is away; try again in a minute"}})
	for name, e := range map[string]orchestrator.Execution{
		"output-and-value": ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "a\nb\n", Value: "   x\n0  1"}),
		"empty":            ended(orchestrator.StatusCompleted, orchestrator.Reply{}),
		"charts-and-files": ended(orchestrator.StatusCompleted, charts),
		"cut":              ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "head\n", Tail: "tail\n", Cut: 1234567, OutputFile: "outputs/a3f9c1b2.txt", Value: "3"}),
		"cut-partial":      ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "head", Tail: "tail", Cut: 9, OutputFile: "outputs/a3f9c1b2.txt", OutputPartial: true}),
		"late":             ended(orchestrator.StatusCompleted, orchestrator.Reply{Late: orchestrator.Output{Text: "tick 1\n"}, Output: "own\n"}),
		"late-cut":         ended(orchestrator.StatusCompleted, orchestrator.Reply{Late: orchestrator.Output{Text: "tick 1\n", Live: "tick 99\n", Skipped: 1234}}),
		"files":            ended(orchestrator.StatusCompleted, changed),
		"raised":           ended(orchestrator.StatusFailed, orchestrator.Reply{Output: "before\n", Failure: valueError}),
		"refused":          refused,
		"timeout":          ended(orchestrator.StatusTimeout, orchestrator.Reply{Output: "step 1\n", Failure: interrupt}),
		"timeout-killed":   died(orchestrator.StatusTimeout, orchestrator.Death{Cause: orchestrator.CauseKilled}),
		"cancelled":        ended(orchestrator.StatusCancelled, orchestrator.Reply{Failure: interrupt}),
		"cancelled-killed": died(orchestrator.StatusCancelled, orchestrator.Death{Cause: orchestrator.CauseKilled}),
		"cancelled-reset":  died(orchestrator.StatusCancelled, orchestrator.Death{Cause: orchestrator.CauseReset}),
		"cancelled-queued": neverStarted,
		"lost":             ended(orchestrator.StatusLost, orchestrator.Reply{Output: "step 1\n"}),
		"oom":              died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseOOM, Limit: 4 << 30, Peak: 4<<30 - 1<<20}),
		"oom-unknown":      died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseOOM}),
		"crash":            died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseSignal, Signal: "SIGSEGV"}),
		"killed":           died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseSignal, Signal: "SIGKILL"}),
		"caused":           ended(orchestrator.StatusFailed, orchestrator.Reply{Failure: caused}),
		"exit":             died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseExit, ExitCode: 3}),
		"gone":             died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseGone}),
		"limits-met":       ended(orchestrator.StatusFailed, orchestrator.Reply{Failure: &orchestrator.Failure{Name: "OSError", Message: "[Errno 28] No space left on device"}, Hits: []string{"oom", "pids", "disk", "moon"}}),
		"queued":           queued(),
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, answering(e), mcptool.Options{})
			res := call(t, c, "execute_code", map[string]any{"code": "1", "session_id": "analysis"})
			golden(t, "replies/"+name+".txt", shown(t, res))
			if again := call(t, c, "get_job_result", map[string]any{"job_id": "a3f9c1b2"}); shown(t, again) != shown(t, res) {
				t.Errorf("get_job_result differs: %s", shown(t, again))
			}
		})
	}
}

func TestJobsAreLookedAt(t *testing.T) {
	for name, e := range map[string]orchestrator.Execution{
		"queued":    queued(),
		"completed": ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "first line\nlast line\n", Charts: charts.Charts}),
		"cut":       ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "first line\n", Cut: 9, Tail: "last line\n"}),
		"raised":    ended(orchestrator.StatusFailed, orchestrator.Reply{Output: "before\n", Failure: valueError}),
		"oom":       died(orchestrator.StatusFailed, orchestrator.Death{Cause: orchestrator.CauseOOM}),
		"cancelled": ended(orchestrator.StatusCancelled, orchestrator.Reply{Failure: interrupt}),
	} {
		c := connect(t, answering(e), mcptool.Options{})
		golden(t, "jobs/"+name+".status.txt", shown(t, call(t, c, "get_job_status", map[string]any{"job_id": "a3f9c1b2"})))
		golden(t, "jobs/"+name+".cancel.txt", shown(t, call(t, c, "cancel_job", map[string]any{"job_id": "a3f9c1b2"})))
	}
}

func TestLinksAreNamedWhereThereAreAny(t *testing.T) {
	link := func(ref orchestrator.Ref, path string) string {
		return "https://pi.example/files/" + ref.ID + "/" + path + "?sig=x"
	}
	c := connect(t, answering(ended(orchestrator.StatusCompleted, charts)), mcptool.Options{Link: link})
	golden(t, "replies/links.txt", shown(t, call(t, c, "execute_code", map[string]any{"code": "1"})))
	c = connect(t, answering(ended(orchestrator.StatusCompleted, changed)), mcptool.Options{Link: link})
	res := call(t, c, "execute_code", map[string]any{"code": "1"})
	if all := shown(t, res); strings.Count(all, "b.csv?sig=x") != 2 || strings.Contains(all, "out/?sig") || strings.Contains(all, "old.csv?sig") {
		t.Errorf("links to what cannot be had, or none to what can: %s", all)
	}
}

func TestManyLargeChartsStayWithinWhatClientsTake(t *testing.T) {
	var many orchestrator.Reply
	for range 10 {
		many.Charts = append(many.Charts, orchestrator.Chart{PNG: make([]byte, 200<<10), File: "charts/x.png"})
	}
	res := call(t, connect(t, answering(ended(orchestrator.StatusCompleted, many)), mcptool.Options{}), "execute_code", map[string]any{"code": "1"})
	size := 0
	for _, block := range res.Content {
		if picture, isImage := block.(mcp.ImageContent); isImage {
			size += len(picture.Data)
		}
	}
	if size == 0 || size > 1<<20 {
		t.Errorf("%d bytes of pictures", size)
	}
	if got := strings.Count(textOf(res), "fetch_file shows it"); got != 7 {
		t.Errorf("%d charts are named as not shown, want 7:\n%s", got, textOf(res))
	}
}

func TestNoticesComeFirstAndOnce(t *testing.T) {
	for _, tool := range names {
		id := "analysis"
		svc := working()
		svc.Notify(orchestrator.Ref{Owner: orchestrator.Anonymous, ID: id}, "the session was idle and stopped: files kept, variables gone")
		svc.Notify(orchestrator.Ref{Owner: "bob", ID: id}, "not yours")
		c := connect(t, svc, mcptool.Options{})
		res := call(t, c, tool, good(tool))
		if text := textOf(res); !strings.HasPrefix(text, "notice: the session was idle") || strings.Contains(text, "not yours") {
			t.Errorf("%s: %s", tool, text)
		}
		if res.StructuredContent != nil && !strings.Contains(string(res.RawStructuredContent), `"notices":["the session was idle`) {
			t.Errorf("%s: the structure lacks the notice: %s", tool, res.RawStructuredContent)
		}
		if text := textOf(call(t, c, tool, good(tool))); strings.Contains(text, "notice") {
			t.Errorf("%s tells it twice", tool)
		}
	}
}

func TestErrorsCarryNoticesToo(t *testing.T) {
	svc := working()
	svc.OnFiles = func(context.Context, orchestrator.Ref) (orchestrator.Listing, error) {
		return orchestrator.Listing{}, orchestrator.Errorf(orchestrator.CodeUnavailable, "the disk is away; try again")
	}
	svc.Notify(orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "default"}, "kernel restarted")
	res := call(t, connect(t, svc, mcptool.Options{}), "list_files", nil)
	if text := textOf(res); !res.IsError || text != "notice: kernel restarted\nunavailable: the disk is away; try again" {
		t.Error(text)
	}
}

func TestACallerThatIsGoneTakesNoNotices(t *testing.T) {
	svc := working()
	ctx, drop := context.WithCancel(t.Context())
	svc.OnExecute = func(context.Context, orchestrator.Ref, orchestrator.Cell, func(orchestrator.Output)) (orchestrator.Execution, error) {
		drop()
		return ended(orchestrator.StatusCompleted, orchestrator.Reply{}), nil
	}
	svc.Notify(orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "analysis"}, "kernel restarted")
	callWith(ctx, t, connect(t, svc, mcptool.Options{}), "execute_code", map[string]any{"code": "1"}, nil)
	if left := svc.Notices(t.Context(), orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "analysis"}); len(left) != 1 {
		t.Error("the notice went to nobody")
	}
}

// paths names as many files that are gone.
func paths(files []orchestrator.Artifact) []string {
	var found []string
	for _, f := range files {
		found = append(found, strings.TrimSuffix(f.Path, ".csv"))
	}
	return found
}

func TestWhatIsCutIsCountedInCharacters(t *testing.T) {
	const most = 2000
	whole := strings.Repeat("é", most)
	for name, test := range map[string]struct {
		reply orchestrator.Reply
		whole int // characters of the output in all
	}{
		"at the bound":   {orchestrator.Reply{Output: whole[:most], Tail: whole[most:]}, most},
		"one beyond":     {orchestrator.Reply{Output: whole[:most], Tail: whole[most:], Cut: 1, OutputFile: "outputs/x.txt"}, most + 1},
		"far beyond":     {orchestrator.Reply{Output: whole[:most], Tail: whole[most:], Cut: 98_000, OutputFile: "outputs/x.txt"}, 100_000},
		"beside a value": {orchestrator.Reply{Output: whole[:most], Tail: whole[most:], Cut: 1, OutputFile: "outputs/x.txt", Value: "42"}, most + 1},
	} {
		svc := answering(ended(orchestrator.StatusCompleted, test.reply))
		svc.Told.MaxOutputChars = most
		text := textOf(call(t, connect(t, svc, mcptool.Options{}), "execute_code", map[string]any{"code": "1"}))
		cut := 0
		if _, mark, is := strings.Cut(text, "["); is {
			if _, err := fmt.Sscanf(strings.ReplaceAll(mark, ",", ""), "%d characters cut;", &cut); err != nil {
				t.Errorf("%s: %v in %q", name, err, mark[:40])
			}
		}
		if shown := strings.Count(text, "é"); shown+cut != test.whole || cut == 0 != (test.whole <= most) {
			t.Errorf("%s: %d shown and %d cut of %d", name, shown, cut, test.whole)
		}
	}
}

func TestTextIsBoundedAndTheTracebacksTailSurvives(t *testing.T) {
	const most = 2000
	long := strings.Repeat("ä line of words\n", 4000)
	trace := orchestrator.Failure{Name: "RecursionError", Message: "the end", Traceback: strings.Repeat("  Cell, line 1, in f\n", 500) + "RecursionError: the end"}
	many := make([]orchestrator.Artifact, 200)
	for i := range many {
		many[i] = file(strings.Repeat("d/", 100)+"x.csv", 1)
	}
	for name, test := range map[string]struct {
		reply orchestrator.Reply
		most  int
		want  []string
	}{
		"output in a file": {orchestrator.Reply{Output: long[:1600], Tail: "the last line", Cut: 5000, OutputFile: "outputs/x.txt"}, most,
			[]string{"ä line", "the last line", "characters cut; the whole output is in /app/sandbox_data/analysis/outputs/x.txt"}},
		"output, value and traceback": {orchestrator.Reply{Output: long[:1600], Tail: long[:900], Cut: 5000, OutputFile: "outputs/x.txt", Value: long, Failure: &trace}, most,
			[]string{"RecursionError: the end", "ä line", "the whole output is in"}},
		"late": {orchestrator.Reply{Late: orchestrator.Output{Text: long[:2048], Live: long[:2048], Skipped: 99}, Output: long[:1600], Tail: long[:900], Cut: 5000, OutputFile: "outputs/x.txt"}, most,
			[]string{"Written after", "no more is kept", "This call:", "the whole output is in"}},
		"deleted":   {orchestrator.Reply{Output: strings.Repeat("x", 1700) + "\n", Tail: "y", Cut: 1, OutputFile: "outputs/x.txt", Files: many, Deleted: paths(many)}, most, []string{"Files deleted:", "\nand 199 more", "more (list_files shows them)"}},
		"value":     {orchestrator.Reply{Value: long}, most, []string{"characters cut; print a part of it"}},
		"traceback": {orchestrator.Reply{Failure: &trace}, most, []string{"RecursionError: the end"}},
		"whole output beside a traceback": {orchestrator.Reply{Output: strings.Repeat("x", most), Failure: &trace}, most + most/5,
			[]string{strings.Repeat("x", most), "RecursionError: the end"}},
		"files": {orchestrator.Reply{Output: strings.Repeat("x", 1700) + "\n", Tail: "y", Cut: 1, OutputFile: "outputs/x.txt", Files: many}, most, []string{"more (list_files shows them)"}},
	} {
		svc := answering(ended(orchestrator.StatusFailed, test.reply))
		svc.Told.MaxOutputChars = most
		res := call(t, connect(t, svc, mcptool.Options{}), "execute_code", map[string]any{"code": "1"})
		if record := indented(t, res.Meta.AdditionalFields); strings.Count(record, ".csv") > 50 {
			t.Errorf("%s: the record is not small: %d bytes", name, len(record))
		}
		text := textOf(res)
		if n := utf8.RuneCountInString(text); n > test.most || !utf8.ValidString(text) {
			t.Errorf("%s: %d characters, at most %d", name, n, test.most)
		}
		if name == "output, value and traceback" && strings.Count(text, "Cell, line 1") < 30 {
			t.Errorf("%s: output that a file holds leaves the traceback no room:\n%s", name, text)
		}
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: lacks %q:\n%s", name, want, text)
			}
		}
	}
}
