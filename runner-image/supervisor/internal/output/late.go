package output

import "fmt"

// maxLate bounds, in bytes, the text that is passed on between two runs: a
// thread left behind may print for ever.
const maxLate = 4 << 10

// late takes the text that no execution is there for.
type late struct {
	sent    int
	dropped int64
}

func (l *late) id() string { return "" }

func (l *late) take(text []byte) []byte {
	fits := runeFloor(text, maxLate-l.sent)
	l.sent += fits
	l.dropped += int64(len(text) - fits)
	if fits < len(text) {
		l.sent = maxLate // nothing follows a gap
	}
	return text[:fits]
}

// notice says what was dropped, empty for nothing.
func (l *late) notice() string {
	if l.dropped == 0 {
		return ""
	}
	return fmt.Sprintf("\n[%d more bytes were written between runs and dropped]\n", l.dropped)
}
