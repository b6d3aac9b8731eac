package output

import "unicode/utf8"

// tail keeps the last characters of what is written to it, and all of it until
// they are more than its limit.
type tail struct {
	limit int // characters
	seen  int64
	buf   []byte // at most twice the bytes that limit characters may have, so that moving it is rare
}

// write takes n characters.
func (t *tail) write(p []byte, n int64) {
	t.seen += n
	most := t.limit * utf8.UTFMax
	if len(p) >= most {
		t.buf = append(t.buf[:0], p[len(p)-most:]...)
		return
	}
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*most {
		kept := copy(t.buf, t.buf[len(t.buf)-most:])
		t.buf = t.buf[:kept]
	}
}

// text returns the last characters, limit at most. It shares the tail's memory.
func (t *tail) text() []byte {
	start := len(t.buf)
	for n := t.limit; n > 0 && start > 0; n-- {
		_, size := utf8.DecodeLastRune(t.buf[:start])
		start -= size
	}
	return t.buf[start:]
}

// end returns a copy of the last characters in at most n bytes.
func (t *tail) end(n int) []byte {
	last := t.buf[max(0, len(t.buf)-n):]
	for len(last) > 0 && !utf8.RuneStart(last[0]) {
		last = last[1:]
	}
	return append([]byte(nil), last...)
}
