package orchestrator_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/orchestrator"
)

func TestVariablesStayInTheirSession(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.run("b", "set x 2")
	if got := r.run("a", "get x").Reply.Value; got != "1" {
		t.Errorf("session a has x = %q, want 1", got)
	}
	bob, err := r.Execute(t.Context(), orchestrator.Ref{Owner: "bob", ID: "a"}, orchestrator.Cell{Code: "get x"}, nil)
	if err != nil || bob.Reply.Value != "" {
		t.Errorf("bob's session a sees x = %q (%v), want nothing of ann's", bob.Reply.Value, err)
	}
}

func TestCallsOfOneSessionRunInOrderOfArrival(t *testing.T) {
	r := newRig(t)
	first := r.job("a", "wait")
	var jobs []string
	for _, code := range []string{"set x 1", "set x 2", "set x 3"} {
		e, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, e.ID)
	}
	if _, err := r.CancelJob(t.Context(), "ann", jobs[2]); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CancelJob(t.Context(), "ann", first.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.run("a", "get x").Reply.Value; got != "2" {
		t.Errorf("x = %q, want 2: the third was cancelled while it waited", got)
	}
}

func TestOtherSessionsNeverWait(t *testing.T) {
	r := newRig(t)
	r.job("a", "wait")
	if got := r.run("b", "print hello").Reply.Output; got != "hello" {
		t.Errorf("output %q, want hello", got)
	}
}

func TestACancelledCallInterruptsAndKeepsVariables(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	ctx, cancel := context.WithCancelCause(t.Context())
	e, err := r.Execute(ctx, ref("a"), orchestrator.Cell{Code: "wait"}, func(orchestrator.Output) { cancel(orchestrator.ErrCancelled) })
	if err != nil || e.Status != orchestrator.StatusCancelled {
		t.Fatalf("status %s (%v), want cancelled", e.Status, err)
	}
	if got := r.run("a", "get x").Reply.Value; got != "1" {
		t.Errorf("x = %q after a cancel, want 1", got)
	}
}

func TestADroppedConnectionDetachesAndTheNextReplyNamesTheJob(t *testing.T) {
	r := newRig(t)
	ctx, drop := context.WithCancelCause(t.Context())
	e, err := r.Execute(ctx, ref("a"), orchestrator.Cell{Code: "wait"}, func(orchestrator.Output) { drop(errors.New("connection reset")) })
	wantCode(t, err, orchestrator.CodeCancelled)
	notices := r.Notices(t.Context(), ref("a"))
	if len(notices) != 1 || !strings.Contains(notices[0], e.ID) {
		t.Errorf("notices %q, want one that names job %s", notices, e.ID)
	}
	if again := r.Notices(t.Context(), ref("a")); len(again) != 0 {
		t.Errorf("said again: %q", again)
	}
	if got, _ := r.Job(t.Context(), "ann", e.ID); got.Status != orchestrator.StatusRunning {
		t.Errorf("status %s, want running", got.Status)
	}
}

func TestACellOutlivesItsCallersPatienceAsAJob(t *testing.T) {
	r := newRig(t)
	e, err := r.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "wait", Detach: time.Millisecond}, nil)
	if err != nil || !e.Job || e.Status.Ended() {
		t.Fatalf("%+v, %v: want a job that goes on", e, err)
	}
	r.until(e.ID, func(e orchestrator.Execution) bool { return e.Reply.Output != "" })
	if _, err := r.CancelJob(t.Context(), "ann", e.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.until(e.ID, ended); got.Status != orchestrator.StatusCancelled || got.Reply.Output != "waiting" {
		t.Errorf("%+v, want cancelled with its output", got)
	}
}

func TestAnotherOwnersJobIsUnknown(t *testing.T) {
	r := newRig(t)
	e := r.job("a", "wait")
	_, err := r.Job(t.Context(), "bob", e.ID)
	wantCode(t, err, orchestrator.CodeNotFound, "no job")
	_, err = r.CancelJob(t.Context(), "bob", e.ID)
	wantCode(t, err, orchestrator.CodeNotFound)
}

func TestAVanishedSandboxIsToldAndTheNextCallWorks(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	e := r.run("a", "vanish")
	if e.Status != orchestrator.StatusFailed || e.Reply.Death == nil || e.Reply.Death.Cause != orchestrator.CauseGone {
		t.Errorf("%+v, want failed because the sandbox went away", e)
	}
	if got := r.run("a", "get x"); got.Reply.Value != "" || got.Status != orchestrator.StatusCompleted {
		t.Errorf("%+v, want a fresh kernel", got)
	}
	if now, _ := r.engine.Count(); now != 1 {
		t.Errorf("%d sandboxes, want 1", now)
	}
}

func TestASandboxThatDiesBetweenCallsLeavesANotice(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.engine.Kernels("a")[0].Kill()
	for range 5000 {
		if n := r.Notices(t.Context(), ref("a")); len(n) == 1 && strings.Contains(n[0], "variables are lost") {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("no notice came")
}

// Its reply may never be asked for, and the next cell meets a fresh kernel.
func TestAJobThatEndsItsKernelLeavesANotice(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	e, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "vanish"})
	if err != nil {
		t.Fatal(err)
	}
	r.run("a", "get x") // after the job
	if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || !strings.Contains(n[0], e.ID) || !strings.Contains(n[0], "variables are lost") {
		t.Errorf("notices %q", n)
	}
	r.run("a", "vanish")
	if n := r.Notices(t.Context(), ref("a")); len(n) != 0 {
		t.Errorf("notices %q of what a reply has told", n)
	}
}

func TestTheHostsOwnClockRemovesASandboxThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		e, err := r.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "deaf", Timeout: 2 * time.Second}, nil)
		if err != nil || e.Reply.Death == nil {
			t.Fatalf("%+v, %v: want a death", e, err)
		}
		if now, _ := r.engine.Count(); now != 0 {
			t.Errorf("%d sandboxes, want 0", now)
		}
		r.destroy()
	})
}

func TestBadCellsAreRefused(t *testing.T) {
	r := newRig(t)
	for name, tt := range map[string]struct {
		ref  orchestrator.Ref
		cell orchestrator.Cell
		code orchestrator.Code
	}{
		"empty code":       {ref("a"), orchestrator.Cell{}, orchestrator.CodeInvalid},
		"long code":        {ref("a"), orchestrator.Cell{Code: strings.Repeat("x", orchestrator.MaxCode+1)}, orchestrator.CodeTooLarge},
		"short timeout":    {ref("a"), orchestrator.Cell{Code: "x", Timeout: time.Millisecond}, orchestrator.CodeInvalid},
		"long timeout":     {ref("a"), orchestrator.Cell{Code: "x", Timeout: 301 * time.Second}, orchestrator.CodeInvalid},
		"leaving session":  {ref("../a"), orchestrator.Cell{Code: "x"}, orchestrator.CodeInvalid},
		"unnamed session":  {ref(""), orchestrator.Cell{Code: "x"}, orchestrator.CodeInvalid},
		"hidden session":   {ref(".a"), orchestrator.Cell{Code: "x"}, orchestrator.CodeInvalid},
		"too long session": {ref(strings.Repeat("a", 65)), orchestrator.Cell{Code: "x"}, orchestrator.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Execute(t.Context(), tt.ref, tt.cell, nil)
			wantCode(t, err, tt.code)
		})
	}
}

func TestAFloodOfCallsOnOneSessionIsRefusedNotQueued(t *testing.T) {
	r := newRig(t)
	r.job("a", "wait")
	var refused error
	for range 300 {
		if _, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"}); err != nil {
			refused = err
			break
		}
	}
	wantCode(t, refused, orchestrator.CodeBusy, "wait")
}

func TestManySessionsAtOnceNeverCross(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.MaxSessions = 6 })
	var all sync.WaitGroup
	for _, id := range strings.Split("abcdef", "") {
		all.Go(func() {
			for range 20 {
				e, err := r.Execute(t.Context(), ref(id), orchestrator.Cell{Code: "print " + id}, nil)
				if err != nil || e.Reply.Output != id {
					t.Errorf("session %s got %q, %v", id, e.Reply.Output, err)
				}
			}
		})
	}
	all.Wait()
}
