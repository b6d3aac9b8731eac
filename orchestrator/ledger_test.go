package orchestrator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"power-interpreter/orchestrator"
)

// ended waits until an execution has.
func (r *rig) ended(id string) orchestrator.Execution {
	r.t.Helper()
	return r.until(id, func(e orchestrator.Execution) bool { return e.Status.Ended() })
}

func (r *rig) submit(id, code string) orchestrator.Execution {
	r.t.Helper()
	e, err := r.Submit(r.t.Context(), ref(id), orchestrator.Cell{Code: code})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

func TestResultsOutliveARestart(t *testing.T) {
	r := newRig(t)
	done := r.submit("a", "print kept text")
	r.ended(done.ID)
	failed := r.submit("a", "raise pity")
	r.ended(failed.ID)
	r.restart()
	if e := r.ended(done.ID); e.Status != orchestrator.StatusCompleted || e.Reply.Output != "kept text" {
		t.Errorf("got %+v", e)
	}
	if e := r.ended(failed.ID); e.Reply.Failure == nil || e.Reply.Failure.Message != "pity" {
		t.Errorf("got %+v", e)
	}
	_, err := r.Job(t.Context(), "bob", done.ID)
	wantCode(t, err, orchestrator.CodeNotFound)
	if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || strings.Contains(n[0], done.ID) {
		t.Errorf("notices %q: what had ended before is no news", n)
	}
}

func TestQueuedJobsRunAfterARestartInTheirOrder(t *testing.T) {
	r := newRig(t)
	running := r.job("a", "wait")
	var queued []string
	for _, code := range []string{"set x 1", "set x 2", "get x"} {
		queued = append(queued, r.submit("a", code).ID)
	}
	r.restart()
	for _, id := range queued {
		if e, err := r.Job(t.Context(), "ann", id); err != nil || e.Status != orchestrator.StatusQueued {
			t.Fatalf("%+v, %v: want it queued", e, err)
		}
	}
	if _, err := r.CancelJob(t.Context(), "ann", running.ID); err != nil {
		t.Fatal(err)
	}
	if e := r.ended(queued[2]); e.Reply.Value != "2" {
		t.Errorf("got %+v: want the jobs in their order", e)
	}
}

func TestWhatCannotBeKnownIsLostAndToldSo(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	running := r.job("a", "wait")
	waiting := r.submit("a", "get x")
	r.stop()
	r.engine.Destroy()
	r.start()
	if e := r.ended(running.ID); e.Status != orchestrator.StatusLost {
		t.Errorf("got %+v", e)
	}
	if e := r.ended(waiting.ID); e.Status != orchestrator.StatusCompleted || e.Reply.Value != "" {
		t.Errorf("got %+v: want it run in a fresh kernel, for it had not begun", e)
	}
	told := strings.Join(r.Notices(t.Context(), ref("a")), "\n")
	for _, word := range []string{running.ID, "cannot be known", "no variables", "fresh kernel: job " + waiting.ID} {
		if !strings.Contains(told, word) {
			t.Errorf("%q is not in the notices %q", word, told)
		}
	}
}

// The first sandbox of a session takes a moment, and the server may end in it.
func TestAJobOfASessionThatHadNoSandboxYetRunsAfterARestart(t *testing.T) {
	r := newRig(t)
	queued := orchestrator.Execution{ID: "0000000a", Session: ref("new"), Status: orchestrator.StatusQueued, Job: true, Timeout: time.Minute}
	r.stop()
	write := orchestrator.Batch{Executions: []orchestrator.Record{{Execution: queued, Op: orchestrator.OpCell, Code: "print ran"}}}
	if err := r.store.Write(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	r.start()
	if e := r.ended(queued.ID); e.Status != orchestrator.StatusCompleted || e.Reply.Output != "ran" {
		t.Errorf("got %+v", e)
	}
	if told := r.Notices(t.Context(), ref("new")); len(told) != 1 || !strings.Contains(told[0], queued.ID) {
		t.Errorf("notices %q", told)
	}
}

// The server may end between a job's beginning and the runner's hearing of it.
func TestAJobOfWhichTheLivingRunnerNeverHeardRunsAfterARestart(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 7")
	begun := orchestrator.Execution{ID: "0000000b", Session: ref("a"), Status: orchestrator.StatusRunning, Job: true, Timeout: time.Minute, Started: time.Now()}
	r.stop()
	write := orchestrator.Batch{Executions: []orchestrator.Record{{Execution: begun, Op: orchestrator.OpCell, Code: "get x"}}}
	if err := r.store.Write(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	r.start()
	if e := r.ended(begun.ID); e.Status != orchestrator.StatusCompleted || e.Reply.Value != "7" {
		t.Errorf("got %+v", e)
	}
}

// It is told as a job's id, and the server may end right after that.
func TestACellThatBecomesAJobIsRecordedBeforeItsCallerIsTold(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	e, err := r.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "wait", Detach: time.Millisecond}, nil)
	if err != nil || !e.Job {
		t.Fatalf("%+v, %v", e, err)
	}
	if got, found, err := r.store.Execution(t.Context(), "ann", e.ID); !found || !got.Job || got.Code != "wait" {
		t.Errorf("the record has %+v, %v, %v", got, found, err)
	}
}

func TestADeletedSessionsResultsAreGoneAfterARestart(t *testing.T) {
	r := newRig(t)
	e := r.submit("a", "print x")
	r.ended(e.ID)
	if err := r.Delete(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	r.restart()
	_, err := r.Job(t.Context(), "ann", e.ID)
	wantCode(t, err, orchestrator.CodeNotFound)
}

func TestAJobThatCannotBeRecordedIsRefusedAndHealthSaysWhy(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	full := orchestrator.Errorf(orchestrator.CodeUnavailable, "the server's disk is full")
	r.store.SetFail(func() error { return full })
	_, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"})
	wantCode(t, err, orchestrator.CodeUnavailable, "disk is full")
	if err := r.Health(t.Context()); !errors.Is(err, full) {
		t.Errorf("health says %v", err)
	}
	e := r.run("a", "get x") // cells go on
	if e.Reply.Value != "1" {
		t.Errorf("got %+v", e)
	}
	r.store.SetFail(nil)
	if _, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"}); err != nil {
		t.Error(err)
	}
	if err := r.Health(t.Context()); err != nil {
		t.Errorf("health says %v", err)
	}
	r.restart()
	if got, err := r.Job(t.Context(), "ann", e.ID); err != nil || got.Reply.Value != "1" {
		t.Errorf("%+v, %v: what ended meanwhile was not recorded later", got, err)
	}
}

func TestNoticesOutliveARestartAndAreToldOnce(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.MaxSessions = 1 })
	r.run("a", "set x 1")
	r.run("b", "set x 1") // a makes room
	r.restart()
	if n := r.Notices(t.Context(), ref("a")); len(n) != 2 || !strings.Contains(n[0], "make room") {
		t.Errorf("notices %q", n)
	}
	r.restart()
	if n := r.Notices(t.Context(), ref("a")); len(n) != 1 {
		t.Errorf("notices %q: told again", n)
	}
}
