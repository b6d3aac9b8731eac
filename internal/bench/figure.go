package bench

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Figure is a measured number; one that could not be measured is NaN, and null
// in JSON.
type Figure float64

// MarshalJSON implements json.Marshaler.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = Figure(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(f))
}

func floats(figures []Figure) []float64 {
	plain := make([]float64, len(figures))
	for i, f := range figures {
		plain[i] = float64(f)
	}
	return plain
}

// show writes a figure to three digits, as nothing if there is none. Verdicts
// are not made of what is shown.
func show(v float64, unit Unit) string {
	switch {
	case math.IsNaN(v):
		return ""
	case unit == Seconds && v < 1e-3:
		return digits(v*1e6) + " µs"
	case unit == Seconds && v < 1:
		return digits(v*float64(time.Second/time.Millisecond)) + " ms"
	case unit == Seconds:
		return digits(v) + " s"
	case unit == Bytes:
		return digits(v/1e6) + " MB"
	case unit == Rate:
		return digits(v/1e6) + " MB/s"
	case unit == Calls:
		return digits(v) + " /s"
	default:
		return digits(v) + string(unit)
	}
}

func digits(v float64) string {
	if math.Abs(v) >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return fmt.Sprintf("%.3g", v)
}
