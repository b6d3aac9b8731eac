package bench_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/bench"
)

func report() bench.Report {
	return bench.Report{
		Version: "v1", Began: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Repeat: 3,
		Machine: bench.Machine{Cores: 2, LoadBefore: "0.10 0.20 0.30"},
		Rows: []bench.Row{
			{
				ID: "reset", Label: "reset to first result", Unit: bench.Seconds, FloorIs: "a fork",
				Goal: bench.Goal{Against: bench.TheFloor, Bound: 2.5},
				Ours: figures(0.015, 0.016, 0.014), Floor: figures(0.006, 0.008, 0.005), Peer: figures(1.2, 1.3, 1.25),
			},
			{ID: "six", Label: "six at once", Unit: bench.Calls, Goal: bench.Goal{Bound: 1000}, Ours: figures(900)},
			{ID: "broken", Label: "a broken one", Unit: bench.Seconds, Failed: "no answer", Floor: figures(bench.Figure(math.NaN()))},
		},
	}
}

func TestAReportIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "r.json")
	if err := report().Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := bench.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(float64(got.Rows[2].Floor[0])) {
		t.Errorf("what was not measured came back as %v", got.Rows[2].Floor)
	}
	again := filepath.Join(t.TempDir(), "r.json")
	if err := got.Write(again); err != nil {
		t.Fatal(err)
	}
	if a, b := text(t, path), text(t, again); a != b {
		t.Errorf("written again it is\n%s\nand was\n%s", b, a)
	}
	if got.Rows[0].Ours[1] != 0.016 || got.Machine.Cores != 2 || !got.Began.Equal(report().Began) {
		t.Errorf("it came back as %+v", got)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	read, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(read)
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for _, content := range []string{"", "not JSON", "{}", `{"rows": []}`, `{"rows": [{"ours": "fast"}]}`, `{"rows": [{"name": "another tool's"}]}`} {
		path := filepath.Join(t.TempDir(), "r.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bench.Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestTheTableShowsEachSideAndTheVerdict(t *testing.T) {
	r := report()
	r.PeerAbsent = "no package index"
	var out strings.Builder
	if err := r.Table(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for row, words := range map[string][]string{
		"reset to first result": {"15 ms", "6 ms", "2.50×", "≤ 2.5× floor", "met", "1.25 s", "a fork"},
		"six at once":           {"900 /s", "≥ 1000 /s", "MISSED"},
		"a broken one":          {"failed", "MISSED"},
		"broken:":               {"no answer"},
		"No gateway:":           {"no package index"},
	} {
		found := ""
		for _, line := range lines {
			if strings.HasPrefix(line, row) {
				found = line
			}
		}
		for _, word := range words {
			if !strings.Contains(found, word) {
				t.Errorf("%q is not in the line %q of\n%s", word, found, out.String())
			}
		}
	}
}

func TestAComparisonCallsAChangeOnlyWhatNoRepetitionContradicts(t *testing.T) {
	row := func(id string, unit bench.Unit, ours ...bench.Figure) bench.Row {
		return bench.Row{ID: id, Label: id, Unit: unit, Ours: ours}
	}
	before, after := report(), report()
	before.Rows = []bench.Row{
		row("slower", bench.Seconds, 1, 2, 3), row("overlapping", bench.Seconds, 1, 2, 3), row("more", bench.Calls, 1, 2, 3),
		row("less", bench.Calls, 4, 5, 6), row("gone", bench.Seconds, 1), row("few", bench.Seconds, 1, 2), row("unit", bench.Seconds, 1),
		row("breaks", bench.Seconds, 1), row("mended", bench.Seconds),
	}
	after.Rows = []bench.Row{
		row("slower", bench.Seconds, 4, 5, 6), row("overlapping", bench.Seconds, 3, 4, 5), row("more", bench.Calls, 4, 5, 6),
		row("less", bench.Calls, 1, 2, 3), row("added", bench.Seconds, 1), row("few", bench.Seconds, 4, 6), row("unit", bench.Bytes, 1),
		row("breaks", bench.Seconds), row("mended", bench.Seconds, 1),
	}
	before.Rows[len(before.Rows)-1].Failed, after.Rows[len(after.Rows)-2].Failed = "no answer", "no answer"
	var out strings.Builder
	if err := bench.Compare(&out, before, after); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"slower": "worse", "overlapping": "2.00×", "more": "better", "less": "worse", "gone": "not measured", "added": "new",
		"few": "3.33×", "unit": "other unit", "breaks": "failed", "mended": "had failed",
	} {
		for line := range strings.Lines(out.String()) {
			if strings.HasPrefix(line, name+" ") && !strings.HasSuffix(strings.TrimSpace(line), want) {
				t.Errorf("%s is not the end of %q", want, line)
			}
		}
		if !strings.Contains(out.String(), name) {
			t.Errorf("%s is not in\n%s", name, out.String())
		}
	}
}

func TestReportsThatCannotBeMeantTogetherAreRefused(t *testing.T) {
	early, late, other := report(), report(), report()
	late.Began, other.Began = early.Began.Add(time.Hour), early.Began.Add(time.Hour)
	other.Rows = []bench.Row{{ID: "another", Ours: figures(1)}}
	for name, c := range map[string]struct {
		before, after bench.Report
		want          string
	}{
		"swapped":      {late, early, "give the earlier one first"},
		"without rows": {early, other, "no row in common"},
	} {
		var out strings.Builder
		if err := bench.Compare(&out, c.before, c.after); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, and wrote %q", name, err, out.String())
		}
	}
}

func TestAComparisonSaysWhatWeakensIt(t *testing.T) {
	before, after := report(), report()
	var out strings.Builder
	if err := bench.Compare(&out, before, after); err != nil || strings.Contains(out.String(), "repetitions") || strings.Contains(out.String(), "machines") {
		t.Errorf("%v, and of two like reports it wrote\n%s", err, out.String())
	}
	after.Machine.Cores, after.Repeat = 8, 1
	if err := bench.Compare(&out, before, after); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Other machines (2 cores", "Fewer than 3 repetitions (3 and 1)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
