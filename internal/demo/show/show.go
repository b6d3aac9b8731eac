// Package show prints the demo for a person at a terminal. What it prints came
// from another program: it is bounded in lines and columns, and control
// characters, which could steer a terminal, are left out.
package show

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of one block, in lines and characters: what still reads at a glance.
const (
	MaxLines   = 24
	MaxColumns = 110
)

// The styles of a terminal (ECMA-48, 8.3.117).
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
)

// Printer writes to one terminal or file. It is not for concurrent use.
type Printer struct {
	w      io.Writer
	colour bool
}

// New returns a Printer with colours where asked for.
func New(w io.Writer, colour bool) *Printer { return &Printer{w, colour} }

// Colour says whether f is a terminal whose user wants colours (no-color.org).
func Colour(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Title prints the heading of everything.
func (p *Printer) Title(text string) { fmt.Fprintln(p.w, p.style(bold, text)) }

// Space prints an empty line.
func (p *Printer) Space() { fmt.Fprintln(p.w) }

// Fact prints a name and what it is.
func (p *Printer) Fact(name, text string) {
	fmt.Fprintf(p.w, "  %s %s\n", p.style(faint, fmt.Sprintf("%-9s", name)), line(text))
}

// Step prints the heading of a step.
func (p *Printer) Step(n int, tool, args string) {
	p.Space()
	fmt.Fprintf(p.w, "%s %s  %s\n", p.style(bold, fmt.Sprint(n)), p.style(bold, tool), p.style(faint, line(args)))
}

// Sent prints what goes to the server.
func (p *Printer) Sent(text string) { p.block("›", faint, text) }

// Received prints what came back.
func (p *Printer) Received(text string) { p.block("│", "", text) }

// Passed prints what a step proved and how long its call took.
func (p *Printer) Passed(proof string, took time.Duration) {
	fmt.Fprintf(p.w, "  %s %s %s\n", p.style(green, "✓"), line(proof), p.style(faint, Took(took)))
}

// Failed prints what is wrong.
func (p *Printer) Failed(err error) {
	for i, l := range clip(err.Error()) {
		mark := "  "
		if i == 0 {
			mark = p.style(red, "✗ ")
		}
		fmt.Fprintf(p.w, "  %s%s\n", mark, l)
	}
}

func (p *Printer) block(edge, style, text string) {
	for _, l := range clip(text) {
		fmt.Fprintf(p.w, "  %s %s\n", p.style(faint, edge), p.style(style, l))
	}
}

func (p *Printer) style(code, text string) string {
	if !p.colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Took is a duration as a person reads it.
func Took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// Bytes is a size as a person reads it.
func Bytes(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%d kB", (n+500)/1000)
}

// clip wraps text at MaxColumns into at most MaxLines lines, and says how many
// characters are left out.
func clip(text string) []string {
	var lines []string
	rest := strings.TrimRight(text, "\n")
	for rest != "" && len(lines) < MaxLines {
		first, more, _ := strings.Cut(rest, "\n")
		row := harmless(first)
		if len(row) > MaxColumns {
			end := wrapAt(row)
			row, more = row[:end], string(row[end:])+"\n"+more
		}
		lines, rest = append(lines, string(row)), more
	}
	if rest != "" {
		lines = append(lines, fmt.Sprintf("… %d more characters", utf8.RuneCountInString(rest)))
	}
	return lines
}

// wrapAt is where a row longer than MaxColumns is broken: after a space in its
// last third, or wherever it is full.
func wrapAt(row []rune) int {
	for i := MaxColumns; i > MaxColumns*2/3; i-- {
		if row[i-1] == ' ' {
			return i
		}
	}
	return MaxColumns
}

// line makes text one harmless line of at most MaxColumns characters.
func line(text string) string {
	row := harmless(text)
	if len(row) > MaxColumns {
		row = append(row[:MaxColumns-1], '…')
	}
	return string(row)
}

// harmless is text without what a terminal acts on; white space becomes spaces.
func harmless(text string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsPrint(r):
			return r
		default:
			return -1
		}
	}, text))
}
