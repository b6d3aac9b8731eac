package orchestrator_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/orchestrator"
)

// stuck has the engine fail to remove one sandbox for as long as it says.
func (r *rig) stuck(id string) (mend func()) {
	var mended atomic.Bool
	r.engine.FailRemove = func(one string) error {
		if one == id && !mended.Load() {
			return errors.New("device or resource busy")
		}
		return nil
	}
	return func() { mended.Store(true) }
}

func (r *rig) hasFolder(id string) bool {
	_, err := os.Stat(filepath.Join(r.dir, "sandboxes", id))
	return err == nil
}

func (r *rig) sandboxOf(id string) orchestrator.Inspection {
	r.t.Helper()
	all, err := r.Overview(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range all.Sessions {
		if s.SessionID == id {
			return s
		}
	}
	r.t.Fatalf("no session %s", id)
	return orchestrator.Inspection{}
}

func TestASandboxThatCannotBeRemovedKeepsItsFolderUntilItCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run("a", "set x 1")
		id := r.sandboxOf("a").ID
		mend := r.stuck(id)
		if err := r.Delete(t.Context(), ref("a")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // of the bubble: rounds of the reaper
		if now, _ := r.engine.Count(); now != 1 || !r.hasFolder(id) {
			t.Errorf("%d sandboxes, folder kept: %v; want the stuck one with its folder", now, r.hasFolder(id))
		}
		r.run("a", "set x 2") // a new session of that name has nothing to do with it
		mend()
		time.Sleep(time.Minute)
		if now, _ := r.engine.Count(); now != 1 || r.hasFolder(id) {
			t.Errorf("%d sandboxes, folder kept: %v; want the new session's alone", now, r.hasFolder(id))
		}
		r.destroy()
	})
}

func TestASandboxThatCannotBeRemovedDoesNotHinderAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		stray := orchestrator.Spec{ID: "00000000000000aa", UID: orchestrator.FirstUID}
		other := orchestrator.Spec{ID: "00000000000000bb", UID: orchestrator.FirstUID + 1}
		for _, s := range []orchestrator.Spec{stray, other} {
			if err := r.engine.Start(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		mend := r.stuck(stray.ID)
		r.restart()
		if now, _ := r.engine.Count(); now != 1 {
			t.Errorf("%d sandboxes, want the stuck one alone", now)
		}
		r.run("a", "set x 1")
		if got := r.engine.Kernels("a"); len(got) != 1 {
			t.Errorf("%d kernels", len(got))
		}
		mend()
		time.Sleep(time.Minute)
		if now, _ := r.engine.Count(); now != 1 {
			t.Errorf("%d sandboxes, want the session's alone", now)
		}
		r.destroy()
	})
}

func TestAPurgeTellsWhatItCouldNotRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run("a", "set x 1")
		mend := r.stuck(r.sandboxOf("a").ID)
		if r.Purge() == nil {
			t.Error("no error")
		}
		mend()
		r.destroy()
	})
}

func TestAPurgeTriesAgainWhatTheEngineCouldNotRemoveBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.run("a", "set x 1")
		mend := r.stuck(r.sandboxOf("a").ID)
		if err := r.Delete(t.Context(), ref("a")); err != nil {
			t.Fatal(err)
		}
		mend()
		if err := r.Purge(); err != nil {
			t.Error(err)
		}
		if now, _ := r.engine.Count(); now != 0 {
			t.Errorf("%d sandboxes are left", now)
		}
	})
}

func TestAPurgeRemovesWhatTheEngineWasStillMakingForAKilledServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.stop()
		late := orchestrator.Spec{ID: "00000000000000aa", UID: orchestrator.FirstUID}
		if err := os.Mkdir(filepath.Join(r.dir, "sandboxes", late.ID), 0o711); err != nil {
			t.Fatal(err)
		}
		r.start()
		go func() {
			time.Sleep(time.Second)
			if err := r.engine.Start(t.Context(), late); err != nil {
				t.Error(err)
			}
		}()
		if err := r.Purge(); err != nil {
			t.Fatal(err)
		}
		if now, _ := r.engine.Count(); now != 0 {
			t.Errorf("%d sandboxes remain", now)
		}
		r.destroy()
	})
}
