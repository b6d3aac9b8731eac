package orchestrator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"power-interpreter/orchestrator"
)

func (r *rig) intervene(session string, act orchestrator.Intervention) orchestrator.Intervened {
	r.t.Helper()
	did, err := r.Intervene(r.t.Context(), r.seen(session).ID, act)
	if err != nil {
		r.t.Fatal(err)
	}
	return did
}

// overviewUntil looks until what is seen is as wanted.
func (r *rig) overviewUntil(wanted func(orchestrator.Overview) bool) {
	r.t.Helper()
	for range 5000 {
		if wanted(r.overview()) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	r.t.Fatal("never seen as wanted")
}

func (r *rig) notices(session string) string {
	return strings.Join(r.Notices(context.Background(), ref(session)), "; ")
}

func (r *rig) wantNotice(session, words string) {
	r.t.Helper()
	if got := r.notices(session); !strings.Contains(got, words) || !strings.Contains(got, "administrator") {
		r.t.Errorf("notices %q, want %q", got, words)
	}
	if got := r.notices(session); got != "" {
		r.t.Errorf("told again: %q", got)
	}
}

func TestAnAdministratorsInterruptCancelsWhatRunsAndIsTold(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	job := r.job("a", "wait")
	after, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "get x"})
	if err != nil {
		t.Fatal(err)
	}
	if did := r.intervene("a", orchestrator.InterventionInterrupt); did.Execution != job.ID || did.SessionID != "a" || did.Owner != "ann" {
		t.Errorf("%+v", did)
	}
	if got := r.until(job.ID, ended); got.Status != orchestrator.StatusCancelled {
		t.Errorf("it ended as %s", got.Status)
	}
	if got := r.until(after.ID, ended); got.Reply.Value != "1" {
		t.Errorf("the next call: %+v", got)
	}
	r.wantNotice("a", "interrupted")
	if did := r.intervene("a", orchestrator.InterventionInterrupt); did.Execution != "" || r.notices("a") != "" {
		t.Errorf("with nothing running: %+v", did)
	}
}

func TestAnAdministratorsResetIsTold(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	r.intervene("a", orchestrator.InterventionReset)
	r.wantNotice("a", "reset session")
	if got := r.run("a", "get x"); got.Reply.Value == "1" {
		t.Errorf("x is still %q", got.Reply.Value)
	}
	r.StopIdle()
	r.notices("a")
	if did := r.intervene("a", orchestrator.InterventionReset); did.Pending || r.notices("a") != "" {
		t.Errorf("without a kernel: %+v", did)
	}
}

func TestAnAdministratorsDeletionIsToldToWhoeverComesNext(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	failed := make(chan error, 1)
	r.job("a", "wait")
	go func() {
		_, err := r.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "get x"}, nil)
		failed <- err
	}()
	r.overviewUntil(func(all orchestrator.Overview) bool { return len(all.Sessions) == 1 && all.Sessions[0].Queued == 1 })
	r.intervene("a", orchestrator.InterventionDelete)
	wantCode(t, <-failed, orchestrator.CodeNotFound, "deleted")
	if all := r.overview().Sessions; len(all) != 0 {
		t.Errorf("still listed: %+v", all)
	}
	r.wantNotice("a", "deleted session")

	r.run("b", "set x 1")
	r.intervene("b", orchestrator.InterventionDelete)
	r.restart()
	r.run("b", "set x 1")
	r.wantNotice("b", "deleted session")
	r.restart()
	for _, id := range []string{"a", "b"} {
		if got := r.notices(id); strings.Contains(got, "deleted") {
			t.Errorf("told again after a restart: %q", got)
		}
	}
}

func TestASessionWithoutASandboxCanBeDeletedToo(t *testing.T) {
	r := newRig(t)
	starting, release := make(chan struct{}), make(chan struct{})
	r.engine.FailStart = func(orchestrator.Spec) error {
		close(starting)
		<-release
		return orchestrator.Errorf(orchestrator.CodeUnavailable, "no engine")
	}
	failed := make(chan error, 1)
	go func() {
		_, err := r.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "get x"}, nil)
		failed <- err
	}()
	<-starting
	got := r.seen("a")
	if got.State != orchestrator.StateStarting || got.ID == "" || len(got.Unknown) != 1 || !strings.Contains(got.Unknown[0], "being started") {
		t.Errorf("%+v", got)
	}
	deleted := make(chan error, 1)
	go func() {
		_, err := r.Intervene(context.Background(), got.ID, orchestrator.InterventionDelete)
		deleted <- err
	}()
	r.overviewUntil(func(all orchestrator.Overview) bool { return len(all.Sessions) == 0 })
	close(release)
	if err := <-deleted; err != nil {
		t.Error(err)
	}
	wantCode(t, <-failed, orchestrator.CodeNotFound, "deleted")
}

func TestAnUnknownInternalIDIsNotFound(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	for _, id := range []string{"", "a", "0011223344556677", strings.Repeat("x", 1000)} {
		_, err := r.Inspect(t.Context(), id)
		wantCode(t, err, orchestrator.CodeNotFound)
		for _, act := range []orchestrator.Intervention{orchestrator.InterventionInterrupt, orchestrator.InterventionReset, orchestrator.InterventionDelete} {
			_, err := r.Intervene(t.Context(), id, act)
			wantCode(t, err, orchestrator.CodeNotFound)
		}
	}
	_, err := r.Intervene(t.Context(), r.seen("a").ID, "explode")
	wantCode(t, err, orchestrator.CodeInvalid, "explode")
}
