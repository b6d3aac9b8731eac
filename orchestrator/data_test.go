package orchestrator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"power-interpreter/orchestrator"
)

func (r *rig) load(file, name string) orchestrator.Dataset {
	r.t.Helper()
	d, err := r.Load(r.t.Context(), ref("a"), orchestrator.Load{File: file, Name: name})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// datasets returns the names that are listed, and whether they are the last known.
func (r *rig) datasets() (names string, stale bool) {
	r.t.Helper()
	found, err := r.Datasets(r.t.Context(), ref("a"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range found.Items {
		names += d.Name + " "
	}
	return strings.TrimSpace(names), found.Stale
}

func (r *rig) cancel(job orchestrator.Execution) {
	r.t.Helper()
	if _, err := r.CancelJob(r.t.Context(), "ann", job.ID); err != nil {
		r.t.Fatal(err)
	}
}

func TestABusyKernelsDatasetsAreThoseLoadedAndListedBefore(t *testing.T) {
	r := newRig(t)
	if got, stale := r.datasets(); got != "" || stale {
		t.Errorf("a session that is not there has %q, stale %v", got, stale)
	}
	r.load("x.csv", "one")
	r.load("y.csv", "two")
	r.load("z.csv", "one")
	busy := r.job("a", "wait")
	if got, stale := r.datasets(); got != "two one" || !stale {
		t.Errorf("after loads: %q, stale %v", got, stale)
	}
	r.cancel(busy)
	if got, stale := r.datasets(); got != "df" || stale {
		t.Errorf("idle: %q, stale %v; want the kernel's own list", got, stale)
	}
	r.load("x.csv", "one")
	r.cancel(r.job("a", "wait"))
	busy = r.job("a", "wait")
	if got, stale := r.datasets(); got != "df one" || !stale {
		t.Errorf("after a list and a load: %q, stale %v", got, stale)
	}
	r.cancel(busy)
}

func TestWhatAKernelHadIsNotKnownOfTheNext(t *testing.T) {
	for name, end := range map[string]func(r *rig){
		"reset": func(r *rig) {
			if _, err := r.Reset(r.t.Context(), ref("a")); err != nil {
				r.t.Fatal(err)
			}
		},
		"death of the kernel":  func(r *rig) { r.run("a", "die") },
		"death of the sandbox": func(r *rig) { r.run("a", "vanish") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.load("x.csv", "one")
			end(r)
			busy := r.job("a", "wait")
			if got, stale := r.datasets(); got != "" || !stale {
				t.Errorf("%q, stale %v; want none", got, stale)
			}
			r.cancel(busy)
		})
	}
}

// slowReader gives nothing until it is closed.
type slowReader struct{ started, end chan struct{} }

func (s slowReader) Read([]byte) (int, error) {
	select {
	case s.started <- struct{}{}:
	case <-s.end:
	}
	<-s.end
	return 0, context.Canceled
}

func TestAnUploadUnderWayMakesNoKernelBusy(t *testing.T) {
	r := newRig(t)
	r.load("x.csv", "one")
	upload := slowReader{make(chan struct{}), make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = r.Upload(context.Background(), ref("a"), "f.csv", upload)
	}()
	<-upload.started
	if got, stale := r.datasets(); got != "df" || stale {
		t.Errorf("%q, stale %v; want the kernel's own list", got, stale)
	}
	close(upload.end)
	<-done
}

func TestAListOfDatasetsStartsNoKernel(t *testing.T) {
	r := newRig(t)
	if _, err := r.Upload(t.Context(), ref("a"), "x.csv", strings.NewReader("a\n1\n")); err != nil {
		t.Fatal(err)
	}
	before, _ := r.engine.Count()
	if got, stale := r.datasets(); got != "" || stale {
		t.Errorf("%q, stale %v", got, stale)
	}
	if after, _ := r.engine.Count(); after != before {
		t.Errorf("%d sandboxes, before %d", after, before)
	}
}

func TestAQueryNamesTheFilesItWrote(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"out.csv", "outputs/whole.parquet", ".duckdb/spilled.tmp"} {
		if _, err := r.Upload(t.Context(), ref("a"), name, strings.NewReader("1")); err != nil {
			t.Fatal(err)
		}
	}
	for sql, want := range map[string]int{
		"write out.csv": 1, "write not-there.csv": 0, "write outputs/whole.parquet": 0, "write .duckdb/spilled.tmp": 0,
	} {
		table, err := r.Query(t.Context(), ref("a"), orchestrator.Query{SQL: sql, Limit: 1})
		if err != nil || len(table.Written) != want || want == 1 && table.Written[0].Size != 1 {
			t.Errorf("%s: %+v, %v; want %d files", sql, table.Written, err, want)
		}
	}
}

func TestAQueryIsInterruptedWhenItsCallerGoes(t *testing.T) {
	r := newRig(t)
	r.run("a", "set x 1")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := r.Query(ctx, ref("a"), orchestrator.Query{SQL: "wait", Limit: 1})
	wantCode(t, err, orchestrator.CodeCancelled, "variables are kept")
	if got := r.run("a", "get x").Reply.Value; got != "1" {
		t.Errorf("x = %q afterwards", got)
	}
}

func TestRowsOutOfBoundsAreRefused(t *testing.T) {
	r := newRig(t)
	for _, q := range []orchestrator.Query{{Limit: 0}, {Limit: -1}, {Limit: orchestrator.MaxRows + 1}, {Limit: 1, Offset: -1}} {
		_, err := r.Query(t.Context(), ref("a"), q)
		wantCode(t, err, orchestrator.CodeInvalid, "limit must be")
	}
}

// Over an executor's API anything may be asked for.
func TestATimeoutOutOfBoundsIsRefused(t *testing.T) {
	r := newRig(t)
	for _, timeout := range []time.Duration{-1, time.Millisecond, orchestrator.MaxTimeout + 1, 1 << 62} {
		_, err := r.Query(t.Context(), ref("a"), orchestrator.Query{SQL: "SELECT 1", Limit: 1, Timeout: timeout})
		wantCode(t, err, orchestrator.CodeInvalid, "timeout must be")
		_, err = r.Load(t.Context(), ref("a"), orchestrator.Load{File: "x.csv", Name: "x", Timeout: timeout})
		wantCode(t, err, orchestrator.CodeInvalid, "timeout must be")
	}
}
