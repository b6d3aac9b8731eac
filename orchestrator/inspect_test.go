package orchestrator_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"power-interpreter/orchestrator"
)

func (r *rig) overview() orchestrator.Overview {
	r.t.Helper()
	all, err := r.Overview(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// seen is what is known of one of ann's sessions.
func (r *rig) seen(id string) orchestrator.Inspection {
	r.t.Helper()
	for _, s := range r.overview().Sessions {
		if s.SessionID == id && s.Owner == "ann" {
			return s
		}
	}
	r.t.Fatalf("session %s is not listed", id)
	return orchestrator.Inspection{}
}

// usages answers with each in turn, the last one for ever.
func usages(list ...orchestrator.Usage) func(context.Context, string) (orchestrator.Usage, error) {
	var mu sync.Mutex
	return func(context.Context, string) (orchestrator.Usage, error) {
		mu.Lock()
		defer mu.Unlock()
		u := list[0]
		if len(list) > 1 {
			list = list[1:]
		}
		return u, nil
	}
}

func TestEverySessionOfEveryOwnerIsListed(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.Sandbox.Memory, l.WarmSandboxes = 100, 1 })
	r.engine.OnUsage = usages(orchestrator.Usage{State: "running", Image: "image", Runtime: "runc", Memory: 70, Peak: 90, CPU: 3 * time.Second, Pids: 5})
	r.run("idle", "set x 1")
	job := r.job("busy", "wait")
	if _, err := r.Submit(t.Context(), ref("busy"), orchestrator.Cell{Code: "get x"}); err != nil {
		t.Fatal(err)
	}
	bobs := orchestrator.Ref{Owner: "bob", ID: "idle"}
	if _, err := r.Upload(t.Context(), bobs, "a.txt", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	all := r.overview()
	if len(all.Sessions) != 3 || all.Totals.Sessions != 3 || all.Totals.Held > 3 || all.Totals.Places != 3 || all.Totals.SparesKept != 1 {
		t.Fatalf("%d sessions, %+v", len(all.Sessions), all.Totals)
	}
	busy := r.seen("busy")
	if x := busy.Running; busy.State != orchestrator.StateBusy || x == nil || x.ID != job.ID || !x.Job || x.Op != orchestrator.OpCell || x.Started == nil || busy.Queued != 1 || busy.Idle != 0 {
		t.Errorf("busy: %+v, running %+v", busy, busy.Running)
	}
	idle := r.seen("idle")
	if m := idle.Memory; m.Now == nil || *m.Now != 70 || *m.Peak != 90 || m.Limit != 100 || *idle.Pids.Now != 5 || *idle.CPU.Seconds != 3 {
		t.Errorf("idle: %+v %+v %+v", m, idle.CPU, idle.Pids)
	}
	if idle.Sandbox == nil || idle.Sandbox.Image != "image" || idle.Running != nil || idle.Executions.Ended != 1 || len(idle.Unknown) != 0 || len(idle.ID) != 16 {
		t.Errorf("idle: %+v", idle)
	}
	for _, s := range all.Sessions {
		if s.Owner == "bob" && (s.Disk.Files == nil || *s.Disk.Files != 1 || *s.Disk.Bytes < 5) {
			t.Errorf("bob's files: %+v", s.Disk)
		}
	}
	if _, err := r.CancelJob(t.Context(), "ann", job.ID); err != nil {
		t.Fatal(err)
	}
}

func TestAnEngineThatHangsLeavesFiguresNullAndSaysSo(t *testing.T) {
	r := newRig(t)
	r.engine.OnUsage = func(ctx context.Context, _ string) (orchestrator.Usage, error) {
		<-ctx.Done()
		return orchestrator.Usage{}, ctx.Err()
	}
	r.run("a", "set x 1")
	got := r.seen("a")
	if got.Memory.Now != nil || got.CPU.Seconds != nil || got.Pids.Now != nil || got.Sandbox != nil || len(got.Unknown) != 1 || !strings.Contains(got.Unknown[0], "memory") {
		t.Errorf("%+v", got)
	}
	if got.State != orchestrator.StateIdle || got.Disk.Bytes == nil {
		t.Errorf("what is known is not told: %+v", got)
	}
}

func TestAnEnginesRefusalIsTold(t *testing.T) {
	r := newRig(t)
	r.engine.OnUsage = func(context.Context, string) (orchestrator.Usage, error) {
		return orchestrator.Usage{}, orchestrator.Errorf(orchestrator.CodeUnavailable, "no Docker engine answers")
	}
	r.run("a", "set x 1")
	if got := r.seen("a"); len(got.Unknown) != 1 || !strings.Contains(got.Unknown[0], "no Docker engine answers") {
		t.Errorf("%+v", got.Unknown)
	}
}

func TestCoresAreTheWorkBetweenTwoMeasurements(t *testing.T) {
	r := newRig(t)
	began := time.Now()
	r.engine.OnUsage = usages(
		orchestrator.Usage{State: "running", Started: began, Memory: 1, Peak: -1, CPU: time.Second, Pids: 1},
		orchestrator.Usage{State: "running", Started: began, Memory: 1, Peak: -1, CPU: 3 * time.Second, Pids: 1},
	)
	r.run("a", "set x 1")
	first := r.seen("a")
	if first.CPU.Cores != nil || first.Memory.Peak != nil {
		t.Errorf("after one measurement: %+v, peak %v", first.CPU, first.Memory.Peak)
	}
	for range 5000 { // until the first is not fresh any more
		if cores := r.seen("a").CPU.Cores; cores != nil {
			if *cores <= 0 || *cores > 2.5 {
				t.Errorf("%v cores of 2 s in about 1", *cores)
			}
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("cores are never told")
}

func TestAStoppedSessionIsListedWithItsFilesAndNoSandbox(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	if _, err := r.Upload(t.Context(), ref("a"), "a.txt", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	r.StopIdle()
	got := r.seen("a")
	if got.State != orchestrator.StateStopped || got.Sandbox != nil || got.Memory.Now != nil || len(got.Unknown) != 0 || *got.Disk.Files != 1 || got.Executions.Ended != 1 {
		t.Errorf("%+v", got)
	}
}

func TestOneSessionIsToldWithItsLatestExecutions(t *testing.T) {
	r := newRig(t)
	r.run("a", "set secret 1")
	r.run("a", "raise secret")
	one, err := r.Inspect(t.Context(), r.seen("a").ID)
	if err != nil || len(one.Recent) != 2 || one.Recent[0].Status != orchestrator.StatusFailed || one.Recent[1].Status != orchestrator.StatusCompleted {
		t.Fatalf("%+v, %v", one.Recent, err)
	}
	if x := one.Recent[0]; x.Ended == nil || x.ID == "" || x.Timeout != 120 {
		t.Errorf("%+v", x)
	}
	if one.Executions.Failed != 1 {
		t.Errorf("%+v", one.Executions)
	}
}

func TestExecutionsAreCountedAcrossARestart(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.run("a", "raise x")
	r.restart()
	r.run("a", "get x")
	if got := r.seen("a").Executions; got != (orchestrator.Tally{Ended: 3, Failed: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestTheLastDeathIsTold(t *testing.T) {
	r := newRig(t)
	r.run("a", "die")
	if d := r.seen("a").LastDeath; d == nil || d.Cause != orchestrator.CauseOOM || d.At.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestFiguresCountWhatWasDone(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.run("a", "die")
	if _, err := r.Upload(t.Context(), ref("a"), "a.txt", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Fetch(t.Context(), ref("a"), "https://x/yz", "b.txt"); err != nil {
		t.Fatal(err)
	}
	f, err := r.Figures(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.Uploaded != 5 || f.Fetched != int64(len("https://x/yz")) || f.Deaths[orchestrator.CauseOOM] != 1 || sum(f.Starts) != 1 || sum(f.Waits) != 2 {
		t.Errorf("%+v", f)
	}
	var runs []string
	for _, run := range f.Runs {
		if sum(run.Seconds) == 1 {
			runs = append(runs, string(run.Op)+" "+string(run.Status))
		}
	}
	if got := strings.Join(runs, ", "); got != "cell completed, cell failed" {
		t.Errorf("runs %s", got)
	}
}

func sum(h orchestrator.Histogram) (n uint64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}
