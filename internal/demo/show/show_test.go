package show_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"power-interpreter/internal/demo/show"
)

func TestNothingThatSteersATerminalIsPrinted(t *testing.T) {
	var out strings.Builder
	p := show.New(&out, false)
	hostile := "a\x1b]0;title\a\u009b31m\rb\u202ec"
	p.Title("title")
	p.Fact("name", hostile)
	p.Step(1, "tool", hostile)
	p.Sent(hostile)
	p.Received(hostile)
	p.Passed(hostile, time.Second)
	p.Failed(errors.New(hostile))
	if got := out.String(); strings.ContainsAny(got, "\x1b\a\r\u009b\u202e") {
		t.Errorf("%q", got)
	}
}

func TestABlockIsWrappedAndBounded(t *testing.T) {
	for name, text := range map[string]string{
		"one line":   strings.Repeat("é", 100_000),
		"many lines": strings.Repeat("é\n", 50_000),
		"both":       strings.Repeat(strings.Repeat("é", 500)+"\n", 200),
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			show.New(&out, false).Received(text)
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) != show.MaxLines+1 || !strings.Contains(lines[show.MaxLines], "more characters") {
				t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
			}
			for _, l := range lines {
				if n := utf8.RuneCountInString(strings.TrimSpace(l)); n > show.MaxColumns+len("│ ") {
					t.Fatalf("a line of %d characters", n)
				}
			}
		})
	}
}

func TestAShortBlockIsShownWhole(t *testing.T) {
	var out strings.Builder
	long := strings.Repeat("x", show.MaxColumns)
	show.New(&out, false).Received("one\n\n" + long + "yz\n")
	if want := "  │ one\n  │ \n  │ " + long + "\n  │ yz\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestALongLineIsBrokenBetweenWords(t *testing.T) {
	var out strings.Builder
	words := strings.Repeat("words ", 30)
	show.New(&out, false).Received(words)
	if got := strings.NewReplacer("  │ ", "", "\n", "").Replace(out.String()); got != words {
		t.Errorf("got %q", got)
	}
	if first, _, _ := strings.Cut(out.String(), "\n"); !strings.HasSuffix(first, "words ") {
		t.Errorf("the first line is %q", first)
	}
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if show.Colour(f) {
		t.Error("a file is taken for a terminal")
	}
	var out strings.Builder
	show.New(&out, true).Title("x")
	if out.String() != "\x1b[1mx\x1b[0m\n" {
		t.Errorf("%q", out.String())
	}
}

func TestTimesAndSizesAreShort(t *testing.T) {
	for got, want := range map[string]string{
		show.Took(34 * time.Millisecond): "34 ms", show.Took(1250 * time.Millisecond): "1.2 s",
		show.Bytes(999): "999 B", show.Bytes(30_600): "31 kB",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
