package bench

import (
	"math"
	"slices"
)

// Median is the middle of the figures, NaN of none. It leaves them as they are.
func Median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(known(figures)))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Percentile is the smallest figure that at least the share p (0 to 1) of all
// does not exceed: the nearest rank, never a value between two. NaN of none.
func Percentile(figures []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(known(figures)))
	if len(sorted) == 0 {
		return math.NaN()
	}
	rank := int(math.Ceil(p * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Ratio is the median of a[i]/b[i]: repetitions that were measured next to
// each other are compared with each other, so that a machine whose speed
// drifts does not drift into the ratio. NaN where there are no pairs.
func Ratio(a, b []float64) float64 {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		if b[i] != 0 {
			ratios = append(ratios, a[i]/b[i])
		}
	}
	return Median(ratios)
}

func known(figures []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(figures), math.IsNaN)
}
