package rows_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/bench/rows"
)

func TestARowThatIsNotThereIsRefusedBeforeAnythingStarts(t *testing.T) {
	_, err := rows.Run(t.Context(), rows.Options{Program: "/nowhere", Only: []string{"call", "nonsense"}, Repeat: 1, Progress: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "nonsense") || !strings.Contains(err.Error(), "call-p50") {
		t.Errorf("it said %v", err)
	}
}

func TestEachRowHasANameOfItsOwn(t *testing.T) {
	ids := rows.IDs()
	slices.Sort(ids)
	if n := len(ids); n == 0 || len(slices.Compact(ids)) != n {
		t.Errorf("the rows are %v", ids)
	}
}
