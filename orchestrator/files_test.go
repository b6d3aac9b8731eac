package orchestrator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/orchestrator"
)

func TestAnUploadNeedNotWaitForARunningJob(t *testing.T) {
	r := newRig(t)
	r.job("a", "wait")
	got, err := r.Upload(t.Context(), ref("a"), "sub/data.csv", strings.NewReader("x\n1\n"))
	if err != nil || got.Path != "sub/data.csv" || got.Size != 4 || got.MIME != "text/csv" {
		t.Errorf("%+v, %v", got, err)
	}
	if got := r.read("a", "/app/sandbox_data/a/sub/data.csv"); got != "x\n1\n" {
		t.Errorf("file holds %q", got)
	}
}

func TestAnUploadWhileTheFirstSandboxStartsDoesNotWaitForItsCell(t *testing.T) {
	r := newRig(t)
	starting, release := make(chan struct{}), make(chan struct{})
	r.engine.FailStart = func(orchestrator.Spec) error {
		close(starting)
		<-release
		return nil
	}
	r.submit("a", "wait")
	<-starting
	done := make(chan error, 1)
	go func() {
		_, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader("1"))
		done <- err
	}()
	time.Sleep(20 * time.Millisecond) // the upload is in line, most likely
	close(release)
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the upload waits for the cell")
	}
	if got := r.read("a", "f.txt"); got != "1" {
		t.Errorf("file holds %q", got)
	}
}

func TestAFirstUploadMakesTheSession(t *testing.T) {
	for name, spares := range map[string]int{"with a spare": 1, "without one": 0} {
		inBubble := func(t *testing.T) {
			r := newRig(t, func(l *orchestrator.Limits) { l.WarmSandboxes = spares })
			synctest.Wait() // the spares are in the pool
			if _, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader("1")); err != nil {
				t.Fatal(err)
			}
			if got := len(r.engine.Kernels("a")); got != spares {
				t.Errorf("%d sandboxes for the session, want %d", got, spares)
			}
			r.run("a", "get x")
			if got := r.read("a", "f.txt"); got != "1" {
				t.Errorf("file holds %q", got)
			}
			r.destroy()
		}
		t.Run(name, func(t *testing.T) { synctest.Test(t, inBubble) })
	}
}

func TestAnUploadBeyondItsBoundLeavesNothing(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.MaxUpload = 10 })
	_, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader(strings.Repeat("x", 11)))
	wantCode(t, err, orchestrator.CodeTooLarge, "10 bytes")
	list, err := r.Files(t.Context(), ref("a"))
	if err != nil || len(list.Files) > 0 {
		t.Errorf("%v, %v: want no file", list, err)
	}
}

func TestFilesMayNotOutgrowTheSessionsDisk(t *testing.T) {
	r := newRig(t, func(l *orchestrator.Limits) { l.Sandbox.Disk = 64 << 10 })
	put := func(name string, size int) error {
		_, err := r.Upload(t.Context(), ref("a"), name, strings.NewReader(strings.Repeat("x", size)))
		return err
	}
	if err := put("first", 40<<10); err != nil {
		t.Fatal(err)
	}
	wantCode(t, put("second", 40<<10), orchestrator.CodeTooLarge, "of the 64 KiB")
	if err := put("third", 1<<10); err != nil {
		t.Errorf("what fits is refused: %v", err)
	}
	list, err := r.Files(t.Context(), ref("a"))
	if err != nil || len(list.Files) != 2 {
		t.Errorf("%v, %v: want the two that fit", list, err)
	}
}

func TestFilesOfNobodyElseAreReached(t *testing.T) {
	r := newRig(t)
	if _, err := r.Upload(t.Context(), ref("a"), "f.txt", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	r.run("b", "get x")
	for _, name := range []string{"../a/f.txt", "/app/sandbox_data/a/f.txt", "/etc/passwd"} {
		_, err := r.Open(t.Context(), ref("b"), name)
		wantCode(t, err, orchestrator.CodeForbidden)
	}
	_, err := r.Open(t.Context(), orchestrator.Ref{Owner: "bob", ID: "a"}, "f.txt")
	wantCode(t, err, orchestrator.CodeNotFound, "no files yet")
}

func TestLookingMakesNoSession(t *testing.T) {
	r := newRig(t)
	if _, err := r.Files(t.Context(), ref("a")); err != nil {
		t.Error(err)
	}
	if _, err := r.Datasets(t.Context(), ref("a")); err != nil {
		t.Error(err)
	}
	if list, _ := r.Sessions(t.Context(), "ann"); len(list) != 0 {
		t.Errorf("sessions %v, want none", list)
	}
}

func TestDatasetsOfABusyKernelAreTheLastKnown(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	if got, err := r.Datasets(t.Context(), ref("a")); err != nil || got.Stale || len(got.Items) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	r.job("a", "wait")
	if got, err := r.Datasets(t.Context(), ref("a")); err != nil || !got.Stale || len(got.Items) != 1 {
		t.Errorf("%+v, %v: want the last known, marked stale", got, err)
	}
}

func TestFetchWritesUnderTheNameGiven(t *testing.T) {
	r := newRig(t)
	got, err := r.Fetch(t.Context(), ref("a"), "http://example.com/x", "x.txt")
	if err != nil || got.Path != "x.txt" {
		t.Fatalf("%+v, %v", got, err)
	}
	if text := r.read("a", "x.txt"); text != "http://example.com/x" {
		t.Errorf("file holds %q", text)
	}
}

var _ orchestrator.Service = (*orchestrator.Orchestrator)(nil)
