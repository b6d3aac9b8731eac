package bench_test

import (
	"slices"
	"testing"

	"power-interpreter/internal/bench"
)

func TestAGrowthIsLookedAtInQuarters(t *testing.T) {
	for n, want := range map[int][]int{40: {10, 20, 30, 40}, 6: {1, 3, 4, 6}, 3: {1, 2, 3}, 2: {1, 2}, 1: {1}} {
		if got := bench.Quarters(n); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

func TestWhatEachAddedShowsWhetherAGrowthIsLinear(t *testing.T) {
	for name, c := range map[string]struct{ sums, want []float64 }{
		"linear":       {[]float64{107, 207, 307, 407}, []float64{10, 10, 10, 10}},
		"steeper":      {[]float64{107, 207, 407, 807}, []float64{10, 10, 20, 40}},
		"a first step": {[]float64{207, 307, 407, 507}, []float64{20, 10, 10, 10}},
	} {
		if got := bench.Added([]int{10, 20, 30, 40}, c.sums, 7); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := bench.Added([]int{1, 3}, []float64{5, 25}, 0); !slices.Equal(got, []float64{5, 10}) {
		t.Errorf("steps of unequal length: %v", got)
	}
}
