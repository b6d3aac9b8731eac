package output_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"power-interpreter/runner-image/supervisor/internal/output"
)

// shown is the text that a screen has shown in the end.
func shown(pieces ...string) string {
	var all strings.Builder
	screen := output.NewTerminal(func(text []byte) { all.Write(text) })
	for _, p := range pieces {
		screen.Write([]byte(p))
	}
	screen.Finish()
	return all.String()
}

func TestWhatIsDrawnIsFoldedToItsLastState(t *testing.T) {
	const up, erase = "\x1b[A", "\x1b[K"
	for name, c := range map[string]struct{ written, want string }{
		"plain":                          {"one\n\ttwo\n\nthree", "one\n\ttwo\n\nthree"},
		"a bar":                          {"\r  0%|  |\r 50%|# |\r100%|##|\n", "100%|##|\n"},
		"a bar behind text":              {"load:   0%\rload: 100%\ndone\n", "load: 100%\ndone\n"},
		"a shorter state":                {"\rloading 99 files\r100%\n", "100%\n"},
		"blanks that hide a longer one":  {"\rloading\rdone   \nx  \n", "done\nx  \n"},
		"a bar that leaves":              {"\r 50%|# |\r         \rdone\n", "done\n"},
		"a bar that leaves at the end":   {"a\n\r 50%|# |\r         \r", "a\n"},
		"the last state without a line":  {"1%\r2%\r3%\r", "3%"},
		"line ends of Windows":           {"a\r\nb\r\r\nc\r\n", "a\nb\nc\n"},
		"return and colours":             {"a\r\x1b[31m\nb", "a\nb"},
		"a spinner":                      {"|\b/\b-\b\\\b done\n", " done\n"},
		"overstrike":                     {"b\bbo\bol\bld _\bu\n", "bold u\n"},
		"backspace at the end":           {"abc\b\b\n", "abc\n"},
		"backspaces beyond the line":     {"a\nb\b\b\b\bc", "a\nc"},
		"backspace over wide characters": {"日本\b\bx", "x"},
		"backspace after return":         {"abc\r\bx", "x"},
		"colours":                        {"\x1b[1;31mred\x1b[0m and \x1b[38;5;196mmore\x1b[m", "red and more"},
		"title, link and charset":        {"\x1b]0;title\a1\x1b]8;;http://x\x1b\\2\x1b]8;;\x1b\\\x1b(B3\x1bP1$q\x1b\\", "123"},
		"controls":                       {"a\x00b\x07c\x7fd\u0085e\u009bf\x0eg°", "abcdefg°"},
		"page breaks":                    {"a\fb\vc", "a\nb\nc"},
		"an escape cut short by a line":  {"\x1b]title\nnext\x1b[12\nlast\x1b", "\nnext\nlast"},
		"an escape instead of another":   {"\x1b[3\x1b[1mx\x1b]t\x1b[1my", "xy"},
		"an escape before a character":   {"\x1bé", "é"},
		"too long for an escape":         {"\x1b[" + strings.Repeat("1", 100) + "m", strings.Repeat("1", 37) + "m"},
		"too long for a title":           {"\x1b]" + strings.Repeat("é", 5000), strings.Repeat("é", 5000-2048)},
		"nested bars": {"\ro  0%\n\ri  0%" + up + "\n\ri100%" + up + "\ro 50%\n\ri  0%" + up + "\n\ri100%" + up + "\ro100%\n",
			"o100%\ni100%"},
		"a nested bar that leaves": {"\ro  0%\n\ri 50%" + up + "\n\r     \r" + up + "\ro100%\ndone\n", "o100%\ndone\n"},
		"text between bars":        {"\r 0%\r    \rlog 1\n\r50%\r    \rlog 2\n\r99%\n", "log 1\nlog 2\n99%\n"},
		"a table drawn again":      {"\x1b[?25la\nb\n\r\x1b[1A\x1b[2K\x1b[1A\x1b[2Kc\nd\n\x1b[?25h", "c\nd\n"},
		"up beyond the top":        {"first\n\rx\n\x1b[99Ay\n", "first\nxy\n"},
		"up to the beginning":      {"\rone\ntwo\n\x1b[2Fnew\n", "new\ntwo\n"},
		"down again":               {"\ra\nb\nc\x1b[2A!\x1b[B!\x1b[E?", "a!\nb!\n?"},
		"columns":                  {"abcdef\x1b[3Gxy\x1b[2Dz\x1b[99C!\x1b[Gq", "q"},
		"forward and back":         {"abcdef\x1b[4D\x1b[2Cx", "abcdx"},
		"erased to the end":        {"abc\r" + erase + "x", "x"},
		"nothing to erase":         {"abc" + erase + "d", "abcd"},
		"an erased line":           {"abc\x1b[2K\nd", "\nd"},
		"a screen cleared":         {"kept\n\x1b[H\x1b[2Jone\ntwo\n\x1b[H\x1b[2J\x1b[3Jthree\n", "kept\nthree\n"},
		"cleared below":            {"\ra\nb\nc\x1b[2A\x1b[J\nd", "a\nd"},
		"another place":            {"\ra\nb\x1b[7;3Hc", "a\nbc"},
		"index upwards":            {"\ra\nb\x1bMc", "ac\nb"},
	} {
		if got := shown(c.written); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestLinesBeyondTheHeldOnesAreFinal(t *testing.T) {
	// After the last drawing, 23 lines are out of reach.
	lines := strings.Repeat("x\n", 23)
	if got := shown("\rbar\n" + lines + "\x1b[99Fy"); got != "bar\n"+lines+"y" {
		t.Errorf("got %q", got)
	}
	screen := output.NewTerminal(func([]byte) {})
	screen.Write([]byte("\rbar\n" + lines[4:]))
	if screen.Window() == "" {
		t.Error("the window is given up too early")
	}
	screen.Write([]byte("x\nunfinished"))
	if got := screen.Window(); got != "unfinished" {
		t.Errorf("held back %q", got)
	}
	// Drawing goes on: the top lines scroll out, the rest is held.
	drawn := strings.Repeat("\rx\n", 100)
	if got := shown(drawn + "\x1b[99Fy"); got != strings.Repeat("x\n", 77)+"y\n"+strings.Repeat("x\n", 22) {
		t.Errorf("got %q", got)
	}
}

func TestALineTooLongToBeHeldIsFinalInParts(t *testing.T) {
	const held = 8 << 10
	long := strings.Repeat("é", held/2)
	if got := shown(long + "a\rb"); got != long+"b" {
		t.Errorf("got %d bytes, end %q", len(got), got[len(got)-10:])
	}
	if got := shown("x\r" + long[:held-2] + "  a\n"); got != long[:held-2]+"  a\n" {
		t.Errorf("blanks in the middle: %d bytes, end %q", len(got), got[len(got)-10:])
	}
}

// drawing is written by programs that draw, and by binary junk.
var drawing = rapid.Custom(func(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"\r", "\n", "\r\n", "\b", "\x1b", "\x1b[", "\x1b[A", "\x1b[2A", "\x1b[F", "\x1b[B", "\x1b[K", "\x1b[2K",
			"\x1b[J", "\x1b[2J", "\x1b[H", "\x1b[5G", "\x1b[3D", "\x1b[2C", "\x1b[31m", "\x1b]0;t", "\a", "\x1b\\", "\x1bM", "\x1b[?25l",
			"\x00", "\u0085", "°", "é日😀", " 50%|██   |", "word ", "   ", "\t", "1;2", "m"}),
		rapid.StringN(0, 6, -1),
		rapid.Map(rapid.IntRange(1, 3), func(n int) string { return strings.Repeat("long é", n*700) }),
		rapid.Map(rapid.IntRange(1, 30), func(n int) string { return strings.Repeat("line\n", n) }),
	).Draw(t, "piece")
})

func TestHowAScreenIsWrittenToMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := strings.Join(rapid.SliceOfN(drawing, 0, 40).Draw(t, "written"), "")
		want := shown(all)
		if !utf8.ValidString(want) || strings.ContainsFunc(want, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
			t.Fatalf("%q has control characters", want)
		}
		var pieces []string
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, min(len(rest), 2000)).Draw(t, "split")
			for n < len(rest) && !utf8.RuneStart(rest[n]) {
				n++
			}
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if got := shown(pieces...); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestTextAndWindowAddUpWhileItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		screen := output.NewTerminal(func(p []byte) { text.Write(p) })
		var all string
		for _, piece := range rapid.SliceOfN(drawing, 0, 40).Draw(t, "written") {
			all += piece
			screen.Write([]byte(piece))
			if window := screen.Window(); len(window) > 8<<10 {
				t.Fatalf("%d bytes are held back", len(window))
			} else if got := text.String() + window; got != shown(all) {
				t.Fatalf("after %q: got %q, want %q", all, got, shown(all))
			}
		}
	})
}

func FuzzAScreen(f *testing.F) {
	f.Add("\r 50%|# |\r\x1b[A\n\x1b]0;t\x1b[31mx", 3)
	f.Fuzz(func(t *testing.T, all string, at int) {
		all = strings.ToValidUTF8(all, "\ufffd")
		at = min(max(at, 0), len(all))
		for at < len(all) && !utf8.RuneStart(all[at]) {
			at++
		}
		if one, two := shown(all), shown(all[:at], all[at:]); one != two {
			t.Errorf("got %q in one, %q in two", one, two)
		}
	})
}

func BenchmarkTerminal(b *testing.B) {
	for name, text := range map[string]string{
		"lines":      strings.Repeat("a line of text of some forty characters\n", 3200),
		"one line":   strings.Repeat("y", 128<<10),
		"other text": strings.Repeat("é日本 und noch etwas mehr, über vierzig °C\n", 2300),
		"bars":       strings.Repeat("\r 50%|█████     | 5/10 [00:00<00:00, 30.0it/s]", 2300),
	} {
		b.Run(name, func(b *testing.B) {
			screen := output.NewTerminal(func([]byte) {})
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				screen.Write([]byte(text))
			}
		})
	}
}
