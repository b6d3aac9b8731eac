package output_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"power-interpreter/runner-image/supervisor/internal/output"
)

func decode(pieces ...[]byte) string {
	var d output.Decoder
	var text []byte
	for _, p := range pieces {
		text = append(text, d.Decode(p)...)
	}
	return string(append(text, d.Finish()...))
}

func TestBytesOfNoRuneBecomeReplacements(t *testing.T) {
	for input, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"日本é":              "日本é",
		"a\xffb":           "a\ufffdb",
		"\xe2\x82":         "\ufffd\ufffd",
		"\xe2\x82x":        "\ufffd\ufffdx",
		"\xf0\x9f\x98\x80": "😀",
		"\xed\xa0\x80":     "\ufffd\ufffd\ufffd", // a surrogate
		"\x80\x80\x80\x80": "\ufffd\ufffd\ufffd\ufffd",
		"nul\x00":          "nul\x00",
	} {
		if got := decode([]byte(input)); got != want {
			t.Errorf("%q: got %q, want %q", input, got, want)
		}
	}
}

func TestHowTheBytesAreSplitMakesNoDifference(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SliceOfN(rapid.Byte(), 0, 4),
		rapid.Map(rapid.StringN(0, 4, -1), func(s string) []byte { return []byte(s) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		var all []byte
		for _, p := range rapid.SliceOf(piece).Draw(t, "bytes") {
			all = append(all, p...)
		}
		want := decode(all)
		if !utf8.ValidString(want) {
			t.Fatalf("%q is not valid", want)
		}
		var pieces [][]byte
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "split")
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if got := decode(pieces...); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
