package bench_test

import (
	"math"
	"testing"

	"power-interpreter/internal/bench"
)

var none = math.NaN()

func TestAMedianIsTheMiddleOfWhatWasMeasured(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		want    float64
	}{
		{nil, none},
		{[]float64{none}, none},
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
		{[]float64{none, 9, 1, 5}, 5},
	} {
		if got := bench.Median(c.figures); !same(got, c.want) {
			t.Errorf("the median of %v is %v, not %v", c.figures, got, c.want)
		}
	}
}

func TestAMedianLeavesTheOrderAlone(t *testing.T) {
	figures := []float64{3, 1, 2}
	bench.Median(figures)
	if figures[0] != 3 || figures[1] != 1 {
		t.Errorf("it left %v", figures)
	}
}

func TestAPercentileIsAMeasuredFigureThatIsNotExceededMoreOften(t *testing.T) {
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(100-i))
	}
	for _, c := range []struct {
		figures []float64
		p, want float64
	}{
		{hundred, 0.99, 99},
		{hundred, 0.5, 50},
		{hundred, 1, 100},
		{hundred, 0, 1},
		{[]float64{1, 2}, 0.99, 2},
		{nil, 0.5, none},
	} {
		if got := bench.Percentile(c.figures, c.p); !same(got, c.want) {
			t.Errorf("percentile %v of %d figures is %v, not %v", c.p, len(c.figures), got, c.want)
		}
	}
}

func TestARatioIsOfWhatWasMeasuredNextToEachOther(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{2, 40, 6}, []float64{1, 20, 3}, 2}, // the machine was slow once, for both
		{[]float64{2, 40, 9}, []float64{1, 20, 3}, 2},
		{[]float64{4, 4}, []float64{2, none}, 2},
		{[]float64{4, 4}, []float64{0, 1}, 4},
		{[]float64{4}, nil, none},
	} {
		if got := bench.Ratio(c.a, c.b); !same(got, c.want) {
			t.Errorf("%v to %v is %v, not %v", c.a, c.b, got, c.want)
		}
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
