package runner_test

import (
	"strings"
	"testing"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// cell runs one to its end.
func cell(t *testing.T, k orchestrator.Kernel, id string, op orchestrator.Op) (orchestrator.Reply, *heard) {
	t.Helper()
	h := &heard{}
	out, err := k.Run(t.Context(), orchestrator.Run{ID: id, Op: op}, h)
	if err != nil {
		t.Fatal(err)
	}
	return out.Reply, h
}

func TestLateTextRidesOnTheNextCellsReply(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		s.event(1, wire.KindOutput, "", wire.Output{Text: "early ", Late: true})
		s.next()
		s.event(2, wire.KindOutput, "1", wire.Output{Text: "own"})
		s.event(3, wire.KindResult, "1", wire.Result{Status: wire.StatusOK, Data: []byte("[]")})
		s.event(4, wire.KindOutput, "", wire.Output{Text: "late ", Live: "end", Skipped: 9, Late: true})
		s.next()
		s.event(5, wire.KindResult, "2", wire.Result{Status: wire.StatusOK})
		s.next()
		s.event(6, wire.KindResult, "3", wire.Result{Status: wire.StatusOK})
	}()
	if reply, h := cell(t, k, "1", orchestrator.OpDatasets); reply.Late != (orchestrator.Output{}) || h.output != "own" {
		t.Errorf("a listing shows no text, but has %+v and %q", reply.Late, h.output)
	}
	if reply, _ := cell(t, k, "2", orchestrator.OpCell); reply.Late != (orchestrator.Output{Text: "early late ", Live: "end", Skipped: 9}) {
		t.Errorf("late %+v", reply.Late)
	}
	if reply, _ := cell(t, k, "3", orchestrator.OpCell); reply.Late != (orchestrator.Output{}) {
		t.Errorf("told twice: %+v", reply.Late)
	}
}

func TestAFloodOfLateTextIsBoundedAndCounted(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	const frames, size = 50, 3000
	go func() {
		for i := range frames {
			s.event(uint64(i+1), wire.KindOutput, "", wire.Output{Text: strings.Repeat("é", size), Late: true})
		}
		s.next()
		s.event(frames+1, wire.KindResult, "1", wire.Result{Status: wire.StatusOK})
	}()
	reply, _ := cell(t, k, "1", orchestrator.OpCell)
	kept := len([]rune(reply.Late.Text + reply.Late.Live))
	if kept > 20_000 || kept < 2000 || int64(kept)+reply.Late.Skipped != frames*size {
		t.Errorf("%d characters are kept and %d counted as dropped", kept, reply.Late.Skipped)
	}
}

func TestOfLiveTextMoreThanItsBoundIsCut(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		s.next()
		s.event(1, wire.KindOutput, "1", wire.Output{Live: strings.Repeat("x", 1<<20), Skipped: -5})
		s.event(2, wire.KindResult, "1", wire.Result{Status: wire.StatusOK})
	}()
	if _, h := cell(t, k, "1", orchestrator.OpCell); len(h.live.Live) > wire.MaxLive+10 || h.live.Skipped != 0 {
		t.Errorf("%d bytes, %d skipped", len(h.live.Live), h.live.Skipped)
	}
}

func TestOfLiveTextBeforeAResumptionTheLastIsKept(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{Session: "a", Running: "00000001"})
	s.event(1, wire.KindOutput, "00000001", wire.Output{Text: "begun\n"})
	for i := range uint64(1000) {
		s.event(i+2, wire.KindOutput, "00000001", wire.Output{Live: "50%"})
	}
	s.event(2000, wire.KindKernel, "", wire.Kernel{Generation: 9, Death: &wire.Death{Cause: wire.CauseSignal}})
	<-k.Deaths() // all before it was read, too
	go s.event(2001, wire.KindResult, "00000001", wire.Result{Status: wire.StatusOK})
	h := &counted{}
	if _, err := k.Resume(t.Context(), "00000001", h); err != nil {
		t.Fatal(err)
	}
	if h.output != "begun\n" || h.live.Live != "50%" || h.calls != 2 {
		t.Errorf("%q and %+v in %d calls", h.output, h.live, h.calls)
	}
}

// counted is heard, with the number of outputs.
type counted struct {
	heard
	calls int
}

func (c *counted) Output(out orchestrator.Output) {
	c.calls++
	c.heard.Output(out)
}

func TestChangedFilesAreConvertedAndBounded(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	files := make([]wire.File, wire.MaxFiles+5)
	files[0] = wire.File{Path: "b", Size: 3, From: "a"}
	deleted := make([]string, wire.MaxFiles+7)
	deleted[0] = "c/"
	go func() {
		s.next()
		s.event(1, wire.KindResult, "1", wire.Result{
			Status: wire.StatusOK, Files: files, MoreFiles: 2, Deleted: deleted, MoreDeleted: 3, FilesUnsure: true,
			Output: wire.OutputSum{Chars: 30, CutChars: 20, Tail: "end"},
		})
	}()
	reply, _ := cell(t, k, "1", orchestrator.OpCell)
	if len(reply.Files) != wire.MaxFiles || reply.MoreFiles != 7 || len(reply.Deleted) != wire.MaxFiles || reply.MoreDeleted != 10 {
		t.Errorf("%d files and %d more, %d deleted and %d more", len(reply.Files), reply.MoreFiles, len(reply.Deleted), reply.MoreDeleted)
	}
	if reply.Files[0].From != "a" || reply.Deleted[0] != "c/" || !reply.FilesUnsure || reply.Cut != 20 || reply.Tail != "end" {
		t.Errorf("%+v, %q, unsure %v, cut %d before %q", reply.Files[0], reply.Deleted[0], reply.FilesUnsure, reply.Cut, reply.Tail)
	}
}

func TestALargeTextsTailFitsAResult(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		open, _ := wire.Decode[wire.Open](s.next())
		if open.OutputHead+open.OutputTail != 1_000_000 || open.OutputTail > 250_000 {
			t.Errorf("%+v", open)
		}
		s.event(1, wire.KindKernel, "", wire.Kernel{Generation: 1, Ready: true})
	}()
	if err := k.Open(t.Context(), orchestrator.Opening{Session: "a", OutputChars: 1_000_000}); err != nil {
		t.Fatal(err)
	}
}
