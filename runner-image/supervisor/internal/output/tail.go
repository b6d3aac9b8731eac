package output

import "unicode/utf8"

// tail keeps the last bytes of what is written to it.
type tail struct {
	limit int
	seen  int64
	buf   []byte // at most twice the limit, so that moving it is rare
}

func (t *tail) write(p []byte) {
	t.seen += int64(len(p))
	if len(p) >= t.limit {
		t.buf = append(t.buf[:0], p[len(p)-t.limit:]...)
		return
	}
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*t.limit {
		kept := copy(t.buf, t.buf[len(t.buf)-t.limit:])
		t.buf = t.buf[:kept]
	}
}

// text returns the last bytes, beginning with a whole rune.
func (t *tail) text() string {
	last := t.buf[max(0, len(t.buf)-t.limit):]
	for len(last) > 0 && !utf8.RuneStart(last[0]) {
		last = last[1:]
	}
	return string(last)
}
