package runner

import (
	"unicode/utf8"

	"power-interpreter/orchestrator"
)

// maxLate bounds, in bytes, each end of the late text that is kept, whatever the
// runner sends: it keeps 2048 characters of either.
const maxLate = 8 << 10

// late is what was written between runs and waits for a cell's reply to be told
// with. It belongs to the reading goroutine.
type late struct{ orchestrator.Output }

// add puts further text behind what waits: the first stays, and the last.
func (l *late) add(more orchestrator.Output) {
	if l.Live == "" && l.Skipped == 0 && len(l.Text)+len(more.Text) <= maxLate {
		l.Output = orchestrator.Output{Text: l.Text + more.Text, Live: more.Live, Skipped: more.Skipped}
		return
	}
	if more.Live == "" {
		more.Text, more.Live = "", cut(more.Text, maxLate)
	}
	l.Skipped += chars(l.Live) + chars(more.Text) + more.Skipped
	l.Live = more.Live
}

func (l *late) take() orchestrator.Output {
	taken := l.Output
	l.Output = orchestrator.Output{}
	return taken
}

func chars(s string) int64 { return int64(utf8.RuneCountInString(s)) }
