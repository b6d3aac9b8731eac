package orchestrator_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/orchestrator"
)

func TestTheOneTooManyStopsTheOwnersLongestIdle(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"a", "b", "c"} {
		r.run(id, "set x 1")
		time.Sleep(2 * time.Millisecond)
	}
	r.run("a", "get x") // now b is the longest idle
	r.run("d", "set x 1")
	if n := r.Notices(t.Context(), ref("b")); len(n) != 1 || !strings.Contains(n[0], "make room") {
		t.Errorf("b's notices are %q, want that it made room", n)
	}
	if got := r.run("a", "get x").Reply.Value; got != "1" {
		t.Errorf("a lost its x: %q", got)
	}
	if now, _ := r.engine.Count(); now != 3 {
		t.Errorf("%d sandboxes, want 3", now)
	}
}

func TestWhenAllAreBusyTheRefusalSaysWhatRuns(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"a", "b", "c"} {
		r.job(id, "wait")
	}
	_, err := r.Execute(t.Context(), ref("d"), orchestrator.Cell{Code: "get x"}, nil)
	wantCode(t, err, orchestrator.CodeBusy, "a (running for", "b (running for", "c (running for", "try again")
}

func TestAnotherOwnersSessionIsStoppedOnlyWhenLongIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(l *orchestrator.Limits) { l.MaxSessions = 1 })
		r.run("a", "set x 1")
		bob := orchestrator.Ref{Owner: "bob", ID: "a"}
		_, err := r.Execute(t.Context(), bob, orchestrator.Cell{Code: "get x"}, nil)
		wantCode(t, err, orchestrator.CodeBusy, "none of them is yours")
		time.Sleep(6 * time.Minute)
		if _, err := r.Execute(t.Context(), bob, orchestrator.Cell{Code: "get x"}, nil); err != nil {
			t.Error(err)
		}
		r.destroy()
	})
}

func TestAnIdleSessionIsStoppedAndToldAndKeepsItsFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(l *orchestrator.Limits) { l.IdleTimeout = time.Minute })
		r.run("a", "set x 1")
		if _, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader("kept")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if now, _ := r.engine.Count(); now != 0 {
			t.Errorf("%d sandboxes, want 0", now)
		}
		if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || !strings.Contains(n[0], "idle") || !strings.Contains(n[0], "gone: x (str, 1 B)") {
			t.Errorf("notices %q, want that it was idle", n)
		}
		if got := r.run("a", "get x").Reply.Value; got != "" {
			t.Errorf("x = %q, want nothing", got)
		}
		if got := r.read("a", "f.txt"); got != "kept" {
			t.Errorf("file holds %q", got)
		}
		r.destroy()
	})
}

func (r *rig) read(id, name string) string {
	r.t.Helper()
	c, err := r.Open(r.t.Context(), ref(id), name)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

func TestResetForgetsVariablesAndKeepsFiles(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	if _, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Reset(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	if got := r.run("a", "get x").Reply.Value; got != "" {
		t.Errorf("x = %q after a reset", got)
	}
	if got := r.read("a", "f.txt"); got != "kept" {
		t.Errorf("file holds %q", got)
	}
}

func TestDeleteEndsWhatRunsAndLeavesNothing(t *testing.T) {
	r := newRig(t)
	running := r.job("a", "wait")
	waiting, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "print never"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{running.ID, waiting.ID} {
		_, err := r.Job(t.Context(), "ann", id)
		wantCode(t, err, orchestrator.CodeNotFound)
	}
	r.wantEmptyDisk()
	if now, _ := r.engine.Count(); now != 0 {
		t.Errorf("%d sandboxes remain", now)
	}
	wantCode(t, r.Delete(t.Context(), ref("a")), orchestrator.CodeNotFound, "no session")
	if got := r.run("a", "get x"); got.Status != orchestrator.StatusCompleted {
		t.Errorf("a new session of that id: %+v", got)
	}
}

func (r *rig) wantEmptyDisk() {
	r.t.Helper()
	claims, bad, err := r.files.ReadClaims()
	folders, err2 := r.files.Sandboxes()
	if err != nil || err2 != nil || len(claims)+len(bad)+len(folders) > 0 {
		r.t.Errorf("claims %v, bad %v, folders %v remain (%v, %v)", claims, bad, folders, err, err2)
	}
}

func TestAStartThatFailsIsToldAndFreesItsPlace(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.MaxSessions = 1 })
	r.engine.FailStart = func(orchestrator.Spec) error {
		return orchestrator.Errorf(orchestrator.CodeUnavailable, "the engine is away; try again")
	}
	_, err := r.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"}, nil)
	wantCode(t, err, orchestrator.CodeUnavailable, "engine is away")
	r.engine.FailStart = nil
	r.run("b", "get x")
	r.run("a", "get x")
}

func TestASpareServesTheFirstCallAndIsReplaced(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.WarmSandboxes = 1 })
	r.waitForStarts(1)
	r.run("a", "get x")
	r.waitForStarts(2)
	if got := len(r.engine.Kernels("")); got != 1 {
		t.Errorf("%d spares, want 1", got)
	}
}

func (r *rig) waitForStarts(n int) {
	r.t.Helper()
	for range 5000 {
		if now, ever := r.engine.Count(); ever >= n && now >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	r.t.Fatalf("never %d sandboxes", n)
}

func TestARestartKeepsVariablesAndTakesOverWhatRuns(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.WarmSandboxes = 1 })
	r.run("a", "set x 1")
	running := r.job("b", "wait")
	r.restart()
	if got := r.run("a", "get x").Reply.Value; got != "1" {
		t.Errorf("x = %q after a restart, want 1", got)
	}
	e, err := r.Job(t.Context(), "ann", running.ID)
	if err != nil || e.Status != orchestrator.StatusRunning {
		t.Fatalf("job %+v, %v: want it running", e, err)
	}
	if n := r.Notices(t.Context(), ref("b")); len(n) != 1 || !strings.Contains(n[0], running.ID) {
		t.Errorf("notices %q, want one that names the job", n)
	}
	if _, err := r.CancelJob(t.Context(), "ann", running.ID); err != nil {
		t.Fatal(err)
	}
}

func TestARestartKeepsTheReplyOfWhatEndedMeanwhile(t *testing.T) {
	r := newRig(t)
	running := r.job("a", "wait")
	k := r.engine.Kernels("a")[0]
	r.stop()
	k.Finish()
	r.start()
	e, err := r.Job(t.Context(), "ann", running.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e = r.until(e.ID, func(e orchestrator.Execution) bool { return e.Status.Ended() }); e.Status != orchestrator.StatusCancelled {
		t.Errorf("got %+v", e)
	}
	if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || !strings.Contains(n[0], running.ID) {
		t.Errorf("notices %q, want one that names the job", n)
	}
	r.restart()
	if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || !strings.Contains(n[0], "kept its variables") || strings.Contains(n[0], running.ID) {
		t.Errorf("notices %q, want that the variables are kept and nothing of the job", n)
	}
}

func TestACallAfterTheSandboxWentAwayRunsInAFreshOne(t *testing.T) {
	r := newRig(t)
	for range 50 {
		r.run("a", "set x 1")
		r.engine.Kernels("a")[0].Kill()
		if got := r.run("a", "get x"); got.Status != orchestrator.StatusCompleted || got.Reply.Value != "" {
			t.Fatalf("got %+v", got)
		}
		if n := r.Notices(t.Context(), ref("a")); len(n) != 1 || !strings.Contains(n[0], "stopped unexpectedly") {
			t.Fatalf("notices %q, want that it stopped, once", n)
		}
	}
	if now, _ := r.engine.Count(); now != 1 {
		t.Errorf("%d sandboxes, want 1", now)
	}
}

func TestAStartRemovesWhatNobodyClaims(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.run("b", "set x 1")
	claims, _, err := r.files.ReadClaims()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		switch c.SessionID {
		case "a":
			err = errors.Join(err, r.files.RemoveClaim(c.SandboxID))
		case "b":
			err = errors.Join(err, r.files.CondemnClaim(c.SandboxID))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	r.restart()
	r.wantEmptyDisk()
	if now, _ := r.engine.Count(); now != 0 {
		t.Errorf("%d sandboxes remain", now)
	}
}

// An engine may finish a container for a server that was killed meanwhile.
func TestAContainerWithoutAFolderIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run("a", "set x 1")
		if err := r.engine.Start(t.Context(), orchestrator.Spec{ID: "00000000000000aa"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if now, _ := r.engine.Count(); now != 1 {
			t.Errorf("%d sandboxes, want the session's alone", now)
		}
		if got := r.run("a", "get x").Reply.Value; got != "1" {
			t.Errorf("x = %q", got)
		}
		r.destroy()
	})
}

func TestAStartClearsHalfAClaim(t *testing.T) {
	r := newRig(t)
	r.stop()
	half := filepath.Join(r.dir, "claims", "00000000000000bb")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.wantEmptyDisk()
}

func TestPurgeLeavesNothing(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.WarmSandboxes = 1 })
	r.run("a", "set x 1")
	r.job("b", "wait")
	if err := r.Purge(); err != nil {
		t.Fatal(err)
	}
	r.wantEmptyDisk()
	if now, _ := r.engine.Count(); now != 0 {
		t.Errorf("%d sandboxes remain", now)
	}
	if err := r.files.Close(); err != nil {
		t.Error(err)
	}
	r.files = nil
}

func TestAClosingServerRefusesCalls(t *testing.T) {
	r := newRig(t)
	r.stop()
	_, err := r.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"}, nil)
	wantCode(t, err, orchestrator.CodeUnavailable, "stopping")
}
