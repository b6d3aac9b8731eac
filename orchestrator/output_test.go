package orchestrator_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/fake"
	"power-interpreter/orchestrator"
)

// scripted is a rig whose kernels do as that says.
func scripted(t *testing.T, script fake.Script) *rig {
	r := newRig(t)
	r.engine.Script = script
	return r
}

func TestALineUnderWayShowsBehindTheOutputUntilTheEnd(t *testing.T) {
	goOn := make(chan struct{})
	r := scripted(t, func(_ *fake.Kernel, _ orchestrator.Run, sink orchestrator.Sink, _ <-chan struct{}) (orchestrator.Outcome, error) {
		sink.Output(orchestrator.Output{Text: "head\n"})
		sink.Output(orchestrator.Output{Live: "40%", Skipped: 7})
		<-goOn
		sink.Output(orchestrator.Output{Text: "100%\n"})
		sink.Output(orchestrator.Output{Live: "rest"})
		return orchestrator.Outcome{Status: orchestrator.StatusCompleted, Reply: orchestrator.Reply{Tail: "rest of it"}}, nil
	})
	e, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "x"})
	if err != nil {
		t.Fatal(err)
	}
	running := r.until(e.ID, func(e orchestrator.Execution) bool { return e.Reply.Tail != "" }).Reply
	if running.Output != "head\n" || running.Tail != "40%" || running.Cut != 7 {
		t.Errorf("while it runs: %+v", running)
	}
	close(goOn)
	if done := r.until(e.ID, ended).Reply; done.Output != "head\n100%\n" || done.Tail != "rest of it" || done.Cut != 0 {
		t.Errorf("at the end: %+v", done)
	}
}

func TestOfASandboxThatVanishesTheNewestOutputIsKept(t *testing.T) {
	r := scripted(t, func(k *fake.Kernel, run orchestrator.Run, sink orchestrator.Sink, stop <-chan struct{}) (orchestrator.Outcome, error) {
		sink.Output(orchestrator.Output{Text: "head\n"})
		sink.Output(orchestrator.Output{Live: "last words", Skipped: 7})
		run.Code = "vanish"
		return fake.Directives(k, run, sink, stop)
	})
	if got := r.run("a", "x").Reply; got.Output != "head\n" || got.Tail != "last words" || got.Cut != 7 || got.Death == nil {
		t.Errorf("got %+v", got)
	}
}

func TestChangesThatARunnerTellsAreLookedAt(t *testing.T) {
	told := orchestrator.Reply{
		Files: []orchestrator.Artifact{
			{Path: "new.csv", Size: 99},
			{Path: "a/below.csv", From: "old.csv"}, // the session's name is a folder's too
			{Path: "moved/", From: "folder/"},
			{Path: "../b/secret", Size: 1},
			{Path: "not there"},
			{Path: "new.csv/"},
			{Path: "moved"},
			{Path: "a/below.csv", From: "/etc/passwd"},
		},
		Deleted: []string{"gone.csv", "gone/", "new.csv", "moved/", "", "../../etc", "/etc/none", "link"},
	}
	r := scripted(t, func(*fake.Kernel, orchestrator.Run, orchestrator.Sink, <-chan struct{}) (orchestrator.Outcome, error) {
		return orchestrator.Outcome{Status: orchestrator.StatusCompleted, Reply: told}, nil
	})
	folder := r.run("a", "x") // makes the folder
	if len(folder.Reply.Files) != 0 {
		t.Fatalf("of nothing: %+v", folder.Reply)
	}
	dirs, err := filepath.Glob(filepath.Join(r.dir, "sandboxes", "*", "a"))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	for _, name := range []string{"new.csv", "a/below.csv", "moved/x"} {
		path := filepath.Join(dirs[0], name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("abc"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(dirs[0], "link")); err != nil {
		t.Fatal(err)
	}
	reply := r.run("a", "x").Reply
	var got []string
	for _, f := range reply.Files {
		got = append(got, f.Path+" < "+f.From)
	}
	if want := []string{"new.csv < ", "a/below.csv < old.csv", "moved/ < folder/", "a/below.csv < etc/passwd"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	if reply.Files[0].Size != 3 || reply.Files[0].MIME != "text/csv" {
		t.Errorf("got %+v", reply.Files[0])
	}
	if want := []string{"gone.csv", "gone/", "etc/none"}; !slices.Equal(reply.Deleted, want) {
		t.Errorf("deleted %q, want %q", reply.Deleted, want)
	}
}

func TestAFileThatACallerPutsThereIsNotTheRunningCodes(t *testing.T) {
	goOn := make(chan struct{})
	told := []orchestrator.Artifact{{Path: "up.csv"}, {Path: "both.csv"}}
	r := scripted(t, func(_ *fake.Kernel, _ orchestrator.Run, sink orchestrator.Sink, _ <-chan struct{}) (orchestrator.Outcome, error) {
		sink.Output(orchestrator.Output{Text: "on"})
		<-goOn
		return orchestrator.Outcome{Status: orchestrator.StatusCompleted, Reply: orchestrator.Reply{Files: told}}, nil
	})
	job := r.job("a", "x")
	for _, name := range []string{"up.csv", "both.csv"} {
		if _, err := r.Upload(t.Context(), ref("a"), name, strings.NewReader("1")); err != nil {
			t.Fatal(err)
		}
	}
	dirs, err := filepath.Glob(filepath.Join(r.dir, "sandboxes", "*", "a"))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	if err := os.WriteFile(filepath.Join(dirs[0], "both.csv"), []byte("22"), 0o644); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if files := r.until(job.ID, ended).Reply.Files; len(files) != 1 || files[0].Path != "both.csv" {
		t.Errorf("told %+v", files)
	}
	if files := r.run("a", "x").Reply.Files; len(files) != 2 {
		t.Errorf("by a later run: %+v", files)
	}
}
