package mcptool

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// clip shortens s to at most n characters; the last is then an ellipsis.
func clip(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return first(s, n-1) + "…"
}

// first returns the first n characters of s, or all of it.
func first(s string, n int) string {
	if n <= 0 {
		return ""
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// last returns the last n characters of s, or all of it.
func last(s string, n int) string {
	end := len(s)
	for ; n > 0 && end > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
	}
	return s[end:]
}

func chars(s string) int { return utf8.RuneCountInString(s) }

// excerpt is text that may lack its middle: cut characters between head and tail.
type excerpt struct {
	head, tail string
	cut        int64
}

// fit returns the text in at most n characters, with that share of them, in
// quarters, for its head. Where something is missing a line says how much,
// and where the rest is to be had.
func (x excerpt) fit(n, headQuarters int, rest string) string {
	whole := x.head + x.tail
	if x.cut == 0 && chars(whole) <= n {
		return whole
	}
	mark := func(cut int64) string { return fmt.Sprintf("[%s characters cut; %s]\n", humanize.Comma(cut), rest) }
	room := max(n-chars(mark(x.cut+int64(chars(whole))))-1, 0) // the break before it
	forHead := room * headQuarters / 4
	head, tail := first(whole, forHead), last(whole, room-forHead)
	if x.cut > 0 {
		head, tail = first(x.head, forHead), last(x.tail, room-forHead)
	}
	cut := x.cut + int64(chars(whole)-chars(head)-chars(tail))
	return lined(head) + mark(cut) + tail
}

// lined ends s with a line break, unless it is empty.
func lined(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// paragraphs joins what is not empty, each on lines of its own.
func paragraphs(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSuffix(p, "\n"); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}

// inCode is the path of a session's file as code in its sandbox uses it. A
// folder's ends in a slash.
func inCode(session, file string) string {
	joined := path.Join(orchestrator.DataFolder, session, file)
	if isFolder(file) {
		joined += "/"
	}
	return joined
}

func isFolder(file string) bool { return strings.HasSuffix(file, "/") }

// size writes bytes for a person, and exactly where that says more.
func size(bytes int64) string {
	if bytes < 1024 {
		return plural(bytes, "byte")
	}
	return fmt.Sprintf("%s, %s bytes", humanize.IBytes(uint64(bytes)), humanize.Comma(bytes))
}

// brief writes bytes for a person.
func brief(bytes int64) string { return humanize.IBytes(uint64(max(bytes, 0))) }

// elapsed writes a span as the contract does: "14.2s".
func elapsed(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }

// span writes a bound for a person: "55 s", "30 min", "4 h".
func span(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 10*time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	default:
		return fmt.Sprintf("%g s", d.Seconds())
	}
}

// plural writes a count with its noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(n) + " " + noun + "s"
}
