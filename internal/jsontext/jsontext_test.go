package jsontext_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/jsontext"
)

func TestAStringIsWrittenAsTheStandardLibraryWould(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z \n\r\t"\\=+()]*`),
		rapid.SampledFrom([]string{"", "a<b", "a>b", "a&b", "\x7f", "\u2028", "\xff", "\x00\b\f", "é", "line\nline"}))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := jsontext.Append([]byte("before "), s); string(got) != "before "+string(want) {
			t.Fatalf("%q is written as %s, want %s", s, got, want)
		}
	})
}

func TestAPlainByteStandsForItself(t *testing.T) {
	for c := range 256 {
		var read string
		stands := c < 0x7f && json.Unmarshal([]byte{'"', byte(c), '"'}, &read) == nil && read == string(rune(c))
		if jsontext.IsPlain(byte(c)) != stands {
			t.Errorf("%#x is plain: %v, stands for itself: %v", c, !stands, stands)
		}
	}
}
