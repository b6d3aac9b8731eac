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
	ids := rows.IDs(40)
	slices.Sort(ids)
	if n := len(ids); n == 0 || len(slices.Compact(ids)) != n {
		t.Errorf("the rows are %v", ids)
	}
}

func TestManySessionsAreLookedAtInQuartersAndAreOtherRowsForAnotherNumber(t *testing.T) {
	forty, twenty := rows.IDs(40), rows.IDs(20)
	for _, cost := range []string{"memory", "work", "start"} {
		for _, count := range []string{"10", "20", "30", "40"} {
			if id := "many-40-" + cost + "-" + count; !slices.Contains(forty, id) {
				t.Errorf("%s is not one of %v", id, forty)
			}
		}
	}
	for _, id := range forty {
		if strings.HasPrefix(id, "many-") && slices.Contains(twenty, id) {
			t.Errorf("%s stands for forty sessions and for twenty", id)
		}
	}
	if slices.ContainsFunc(rows.IDs(0), func(id string) bool { return strings.HasPrefix(id, "many") }) {
		t.Error("they are measured although nobody asked for them")
	}
}
