package bench

import "slices"

// Quarters are the counts of things at which a growth up to n is looked at: a
// quarter of it, half, three quarters and all, each once and none of them 0.
func Quarters(n int) []int {
	var counts []int
	for q := 1; q <= 4; q++ {
		counts = append(counts, n*q/4)
	}
	return slices.DeleteFunc(slices.Compact(counts), func(count int) bool { return count == 0 })
}

// Added is what each single thing added to a sum between one count and the
// next: sums[i] is that of counts[i] things, that of none is base. Figures that
// stay alike are a linear growth.
func Added(counts []int, sums []float64, base float64) []float64 {
	added := make([]float64, len(sums))
	had, was := 0, base
	for i, sum := range sums {
		added[i] = (sum - was) / float64(counts[i]-had)
		had, was = counts[i], sum
	}
	return added
}
