package mcptool

import (
	"strings"
	"unicode/utf8"

	"power-interpreter/orchestrator"
)

// news finds in a run's output what a client has not been told yet: the lines
// since those it was told, from the first that has changed on; a line that is
// being written, or a progress bar, each time as it stands then.
type news struct {
	total   int64  // characters of final text so far
	pending string // the end of it since the last message
	live    orchestrator.Output

	told   string // the end of what was told
	toldAt int64  // characters before it
}

// add takes further output.
func (n *news) add(out orchestrator.Output) {
	n.total += int64(chars(out.Text))
	n.pending = lastBytes(n.pending+out.Text, maxMessage)
	n.live = out
}

// take returns what is new, at most maxMessage bytes; empty for nothing.
func (n *news) take() string {
	text, at := n.pending+n.live.Live, n.total-int64(chars(n.pending))
	if n.pending == "" {
		at += n.live.Skipped
	}
	old := ""
	if at >= n.toldAt {
		old = n.told[len(first(n.told, int(min(at-n.toldAt, int64(len(n.told)))))):]
	}
	n.pending, n.told, n.toldAt = "", text, at
	if text == old || text == lined(old) {
		return ""
	}
	unchanged := strings.LastIndexByte(text[:common(old, text)], '\n') + 1
	return lastBytes(text[unchanged:], maxMessage)
}

// common is the length of the longest common beginning.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// lastBytes returns the end of s in at most n bytes, without half a character.
func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	for s != "" && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	return s
}
