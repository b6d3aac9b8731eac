package main

import (
	"path/filepath"
	"strings"
	"testing"

	"power-interpreter/internal/bench"
)

func TestBenchRefusesWhatItCannotMeasure(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"bench --repeat 0", "--repeat"},
		{"bench --only nonsense", "call-p50"},
		{"bench run --no-peer --only nonsense", "call-p50"},
		{"bench --sessions -1", "--sessions"},
		{"bench compare", "<before>"},
		{"bench compare /nowhere /nowhere", "/nowhere"},
	} {
		if err := run(t.Context(), strings.Fields(c.args)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not name %s", c.args, err, c.want)
		}
	}
}

func TestBenchComparesTwoReports(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	r := bench.Report{Rows: []bench.Row{{ID: "x", Label: "x", Unit: bench.Seconds, Ours: []bench.Figure{1}}}}
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"bench", "compare", path, path}); err != nil {
		t.Error(err)
	}
}
