//go:build e2e

package docker_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"power-interpreter/orchestrator"
)

func TestCheckFindsTheRunnerHash(t *testing.T) {
	if runner, err := newReal(t, nil).Check(t.Context()); runner != "probe" || err != nil {
		t.Errorf("%q, %v", runner, err)
	}
}

func TestListShowsThisDataFoldersSandboxesOnly(t *testing.T) {
	real, stranger := newReal(t, nil), newReal(t, nil)
	running, ended := real.started(t), real.started(t)
	stranger.started(t)
	_, _ = real.attach(t, ended.ID).Write([]byte("exit 0\n"))
	real.awaitEnd(t, ended.ID)
	got, err := real.List(t.Context(), real.dataDir)
	if err != nil {
		t.Fatal(err)
	}
	want := []orchestrator.Sandbox{
		{ID: running.ID, UID: running.UID, Runner: "probe", Running: true},
		{ID: ended.ID, UID: ended.UID, Runner: "probe"},
	}
	byID := func(a, b orchestrator.Sandbox) int { return strings.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestExitsTellsOfEachEndOnce(t *testing.T) {
	real := newReal(t, nil)
	early := real.started(t)
	_, _ = real.attach(t, early.ID).Write([]byte("exit 0\n"))
	real.awaitEnd(t, early.ID)
	exits := real.exits(t)
	awaitExit(t, exits, early.ID)

	exiting, removed := real.started(t), real.started(t)
	_, _ = real.attach(t, exiting.ID).Write([]byte("exit 7\n"))
	awaitExit(t, exits, exiting.ID)
	if err := real.Remove(t.Context(), removed.ID); err != nil {
		t.Fatal(err)
	}
	awaitExit(t, exits, removed.ID)
}

func TestRemoveIsDoneWhenTheSandboxIsGone(t *testing.T) {
	real := newReal(t, nil)
	spec := real.started(t)
	var removals sync.WaitGroup
	for range 4 { // at once: all but one find a removal under way
		removals.Go(func() {
			if err := real.Remove(t.Context(), spec.ID); err != nil {
				t.Errorf("%v: %v", err, errorCause(err))
			}
			if left := real.left(t); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
	removals.Wait()
	if err := real.Remove(t.Context(), spec.ID); err != nil {
		t.Error("again: ", err)
	}
}

func TestStartThatFailsLeavesNothing(t *testing.T) {
	real := newReal(t, nil)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx   context.Context
		spoil func(*orchestrator.Spec)
		code  orchestrator.Code
		piece string
	}{
		"image missing":   {t.Context(), func(s *orchestrator.Spec) { s.Image = "power-interpreter-none:x" }, orchestrator.CodeUnavailable, "make image"},
		"unknown runtime": {t.Context(), func(s *orchestrator.Spec) { s.Runtime = "power-none" }, orchestrator.CodeUnavailable, `"power-none"`},
		"no folder":       {t.Context(), func(s *orchestrator.Spec) { s.Folder = filepath.Join(s.Folder, "none") }, orchestrator.CodeUnavailable, "does not have the data folder"},
		"folder a file":   {t.Context(), func(s *orchestrator.Spec) { s.Folder = aFile(t) }, orchestrator.CodeUnavailable, "could not start"},
		"given up":        {over, func(*orchestrator.Spec) {}, orchestrator.CodeCancelled, "given up"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := real.spec(t)
			test.spoil(&spec)
			wantError(t, real.Start(test.ctx, spec), test.code, test.piece)
			if left := real.left(t); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func aFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (r realEngine) left(t *testing.T) []orchestrator.Sandbox {
	t.Helper()
	left, err := r.List(t.Context(), r.dataDir)
	if err != nil {
		t.Error(err)
	}
	return left
}

func (r realEngine) exits(t *testing.T) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	exits := r.Exits(ctx, r.dataDir)
	t.Cleanup(func() {
		cancel()
		for unexpected := range exits {
			t.Error("sent more than once, or of none of ours: ", unexpected)
		}
	})
	return exits
}

// awaitEnd returns when the sandbox has ended, for every later call.
func (r realEngine) awaitEnd(t *testing.T, id string) {
	t.Helper()
	ended, failed := r.api.ContainerWait(t.Context(), "power-interpreter-"+id, container.WaitConditionNotRunning)
	select {
	case <-ended:
	case err := <-failed:
		t.Fatal(err)
	}
	// The engine answers this one only when its books are in order.
	if _, err := r.api.ContainerInspect(t.Context(), "power-interpreter-"+id); err != nil {
		t.Fatal(err)
	}
}

func awaitExit(t *testing.T, exits <-chan string, id string) {
	t.Helper()
	select {
	case got := <-exits:
		if got != id {
			t.Fatalf("exit of %s, want %s", got, id)
		}
	case <-time.After(patience):
		t.Fatalf("no exit of %s", id)
	}
}
