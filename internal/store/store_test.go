package store_test

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"power-interpreter/internal/store"
	"power-interpreter/orchestrator"
)

var (
	ann = orchestrator.Ref{Owner: "ann", ID: "default"}
	bob = orchestrator.Ref{Owner: "bob", ID: "default"}
)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "state.db") }

// record is an ended job with everything that a record can have.
func record(id string, ref orchestrator.Ref) orchestrator.Record {
	at := time.Unix(1_700_000_000, 123)
	return orchestrator.Record{Op: orchestrator.OpCell, Execution: orchestrator.Execution{
		ID: id, Session: ref, Status: orchestrator.StatusFailed, Job: true, Detached: true,
		Queued: at, Started: at.Add(time.Second), Ended: at.Add(time.Minute), Timeout: time.Hour,
		Reply: orchestrator.Reply{
			Output: "out é\x00", Tail: "tail", Cut: 7, Value: "42",
			Failure: &orchestrator.Failure{Name: "ValueError", Message: "bad"},
			Charts:  []orchestrator.Chart{{PNG: []byte{1, 0, 2}, File: "a.png", Width: 3}, {File: "no-picture.png"}, {PNG: []byte("x")}},
			Files:   []orchestrator.Artifact{{Path: "f.csv", Size: 3}},
		},
	}}
}

func write(t *testing.T, s *store.Store, b orchestrator.Batch) {
	t.Helper()
	if err := s.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *store.Store, owner, id string) (orchestrator.Record, bool) {
	t.Helper()
	r, found, err := s.Execution(t.Context(), owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return r, found
}

func TestAnExecutionComesBackWholeAfterAReopen(t *testing.T) {
	path := file(t)
	s := open(t, path)
	want := record("0000000a", ann)
	write(t, s, orchestrator.Batch{Executions: []orchestrator.Record{want}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if got, found := read(t, s, "ann", want.ID); !found || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, found := read(t, s, "bob", want.ID); found {
		t.Error("another owner's execution is shown")
	}
	again := want
	again.Reply.Charts = again.Reply.Charts[:1]
	write(t, s, orchestrator.Batch{Executions: []orchestrator.Record{again}})
	if got, _ := read(t, s, "ann", want.ID); !reflect.DeepEqual(got, again) {
		t.Errorf("written again: %+v", got)
	}
}

func TestAStartLearnsWhatWasLeft(t *testing.T) {
	s := open(t, file(t))
	queued, running, ended := record("00000001", ann), record("00000002", ann), record("00000003", bob)
	queued.Status, queued.Code, queued.Queued = orchestrator.StatusQueued, "x = 1", queued.Queued.Add(time.Hour)
	running.Status = orchestrator.StatusRunning
	used := time.Unix(1_700_000_001, 5)
	write(t, s, orchestrator.Batch{
		Executions: []orchestrator.Record{queued, running, ended},
		Notices:    map[orchestrator.Ref][]string{ann: {"one", "two"}, bob: {"three"}},
		Used:       map[orchestrator.Ref]time.Time{ann: used},
	})
	write(t, s, orchestrator.Batch{Notices: map[orchestrator.Ref][]string{bob: nil}})
	m, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(m.IDs)
	if !slices.Equal(m.IDs, []string{"00000001", "00000002", "00000003"}) {
		t.Errorf("ids %v", m.IDs)
	}
	if len(m.Unfinished) != 2 || m.Unfinished[0].ID != running.ID || m.Unfinished[1].ID != queued.ID || m.Unfinished[1].Code != "x = 1" {
		t.Errorf("unfinished %+v", m.Unfinished)
	}
	if len(m.Notices) != 1 || !slices.Equal(m.Notices[ann], []string{"one", "two"}) {
		t.Errorf("notices %v", m.Notices)
	}
	if len(m.Used) != 1 || !m.Used[ann].Equal(used) {
		t.Errorf("used %v", m.Used)
	}
}

func TestAStartLearnsHowManyExecutionsOfASessionAreOnRecord(t *testing.T) {
	s := open(t, file(t))
	var batch orchestrator.Batch
	for id, change := range map[string]func(*orchestrator.Record){
		"00000001": func(r *orchestrator.Record) {},
		"00000002": func(r *orchestrator.Record) { r.Status, r.Job = orchestrator.StatusCompleted, false },
		"00000003": func(r *orchestrator.Record) { r.Op = orchestrator.OpQuery },
		"00000004": func(r *orchestrator.Record) { r.Op = orchestrator.OpDatasets },
		"00000005": func(r *orchestrator.Record) { r.Status = orchestrator.StatusRunning },
		"00000006": func(r *orchestrator.Record) { r.Session = bob },
	} {
		r := record(id, ann)
		change(&r)
		batch.Executions = append(batch.Executions, r)
	}
	write(t, s, batch)
	m, err := s.Load(t.Context())
	want := map[orchestrator.Ref]orchestrator.Tally{ann: {Ended: 3, Jobs: 2, Failed: 2}, bob: {Ended: 1, Jobs: 1, Failed: 1}}
	if err != nil || !reflect.DeepEqual(m.Tallies, want) {
		t.Errorf("%+v, %v; want %+v", m.Tallies, err, want)
	}
}

func TestADeletedSessionLeavesNothingAndItsSuccessorStays(t *testing.T) {
	s := open(t, file(t))
	write(t, s, orchestrator.Batch{
		Executions: []orchestrator.Record{record("00000001", ann), record("00000002", bob)},
		Notices:    map[orchestrator.Ref][]string{ann: {"old"}}, Used: map[orchestrator.Ref]time.Time{ann: time.Now()},
	})
	write(t, s, orchestrator.Batch{Gone: []orchestrator.Ref{ann}, Executions: []orchestrator.Record{record("00000003", ann)}})
	m, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(m.IDs)
	if !slices.Equal(m.IDs, []string{"00000002", "00000003"}) || len(m.Notices)+len(m.Used) != 0 {
		t.Errorf("got %+v", m)
	}
}

func TestWhatIsBeyondTheBoundsIsForgottenOldestFirst(t *testing.T) {
	for name, tt := range map[string]struct {
		bounds orchestrator.StoreBounds
		want   []string
	}{
		"jobs":   {orchestrator.StoreBounds{Jobs: 1, Others: 9, Bytes: 1 << 30}, []string{"00000000", "00000002"}},
		"others": {orchestrator.StoreBounds{Jobs: 9, Others: 1, Bytes: 1 << 30}, []string{"00000001", "00000003"}},
		"age":    {orchestrator.StoreBounds{Jobs: 9, Others: 9, Bytes: 1 << 30, Before: time.Unix(1002, 0)}, []string{"00000000", "00000001"}},
		"bytes":  {orchestrator.StoreBounds{Jobs: 9, Others: 9, Bytes: 1}, []string{"00000000", "00000001", "00000002", "00000003", "00000004", "00000005"}},
		"within": {orchestrator.StoreBounds{Jobs: 9, Others: 9, Bytes: 1 << 30}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, file(t))
			var b orchestrator.Batch
			for i := range 6 {
				r := record("0000000"+string(rune('0'+i)), ann)
				r.Job, r.Ended = i%2 == 0, time.Unix(1000+int64(i), 0)
				b.Executions = append(b.Executions, r)
			}
			unfinished := record("0000000f", ann)
			unfinished.Status, unfinished.Ended = orchestrator.StatusRunning, time.Time{}
			b.Executions = append(b.Executions, unfinished)
			write(t, s, b)
			gone, err := s.Prune(t.Context(), tt.bounds)
			slices.Sort(gone)
			if err != nil || !slices.Equal(gone, tt.want) {
				t.Errorf("%v, %v; want %v", gone, err, tt.want)
			}
			if _, found := read(t, s, "ann", "0000000f"); !found {
				t.Error("what runs was forgotten")
			}
		})
	}
}

func TestAFileThatCannotBeUsedIsPutAside(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"no database": func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte("this is no database at all, whatever its name"), 0o600))
		},
		"damaged": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			must(t, err)
			defer f.Close()
			info, err := f.Stat()
			must(t, err)
			_, err = f.WriteAt(make([]byte, info.Size()-4096), 4096)
			must(t, err)
		},
		"of a newer version": func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", path)
			must(t, err)
			defer db.Close()
			_, err = db.Exec("PRAGMA user_version = 999")
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			s := open(t, path)
			write(t, s, orchestrator.Batch{Executions: []orchestrator.Record{record("00000001", ann)}})
			must(t, s.Close())
			spoil(t, path)
			s = open(t, path)
			if _, found := read(t, s, "ann", "00000001"); found {
				t.Error("a spoilt file was read")
			}
			write(t, s, orchestrator.Batch{Executions: []orchestrator.Record{record("00000002", ann)}})
			if aside, _ := filepath.Glob(path + ".unusable-*"); len(aside) == 0 {
				t.Error("the spoilt file is not kept")
			}
		})
	}
}

func TestADiskThatCannotBeWrittenIsNamed(t *testing.T) {
	_, err := store.Open("/proc/state.db", slog.New(slog.DiscardHandler))
	if e := orchestrator.AsError(err); err == nil || e.Code != orchestrator.CodeUnavailable {
		t.Errorf("got %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
