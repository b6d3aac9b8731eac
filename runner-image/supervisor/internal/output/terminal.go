package output

import (
	"bytes"
	"unicode/utf8"
)

const (
	// maxRows are held back above the cursor's, so that a cursor that moves up
	// finds them: as many as a terminal of 24 lines, and tqdm draws no more bars.
	maxRows = 23
	// maxWindow bounds, in bytes, all that is held back; it is wire.MaxLive.
	maxWindow = 8 << 10
)

// terminal turns what is written for a screen into the text that the screen
// would show in the end. A line rewritten after a carriage return or backspaces
// holds what was written last (not what that happened to leave of a longer one),
// a cursor that moves up rewrites lines above, escapes go, and so do control
// characters. However its input is cut into pieces, the text is the same.
//
// Plain text passes at once, but for the line under way. After the first sign of
// a drawing cursor, up to maxRows lines are held back too, until so many have
// been written without another. A line or window of more than maxWindow is given
// out in parts, and those are final.
type terminal struct {
	commit func(text []byte) // takes final text, and does not keep it

	rows []row // the window: the cursor's and those around it, never empty
	size int   // bytes in them, a line break for each but the first included
	at   int   // the cursor's row
	col  int   // and its place in it, in bytes
	hold int   // lines to be begun until the window is given up, 0 for no window
	cr   bool  // a carriage return came; what follows says what it means
	esc  escape
}

type row struct {
	text []byte
	// rewritten rows lose their trailing blanks, by which a shorter state hides
	// a longer one.
	rewritten bool
}

func newTerminal(commit func(text []byte)) *terminal {
	return &terminal{commit: commit, rows: make([]row, 1)}
}

// write takes text, valid UTF-8 in whole runes.
func (t *terminal) write(p []byte) {
	for len(p) > 0 {
		if t.esc.open() {
			p = p[t.escaped(p):]
			continue
		}
		if n := plain(p); n > 0 {
			t.text(p[:n])
			p = p[n:]
			continue
		}
		p = p[t.control(p):]
	}
}

// finish commits all that was held back, and begins anew.
func (t *terminal) finish() {
	t.release()
	*t = terminal{commit: t.commit, rows: t.rows}
}

// window is all that is not committed yet.
func (t *terminal) window() []byte {
	var all []byte
	for i, r := range t.rows {
		if i > 0 {
			all = append(all, '\n')
		}
		all = append(all, r.shown()...)
	}
	return all
}

func (r row) shown() []byte {
	if r.rewritten {
		return bytes.TrimRight(r.text, " ")
	}
	return r.text
}

// text takes characters, line breaks and tabs.
func (t *terminal) text(p []byte) {
	if t.cr && p[0] != '\n' {
		t.goTo(0)
	}
	t.cr = false
	for len(p) > 0 && t.hold > 0 {
		line, rest, broken := bytes.Cut(p, []byte{'\n'})
		t.put(line)
		if broken {
			t.newline()
		}
		p = rest
	}
	if bytes.IndexByte(p, '\n') >= 0 { // the quicker search of the two
		i := bytes.LastIndexByte(p, '\n')
		t.release()
		t.commit(p[:i+1])
		p = p[i+1:]
	}
	t.put(p)
}

// put writes at the cursor, in place of what follows it in its row.
func (t *terminal) put(p []byte) {
	if len(p) == 0 {
		return
	}
	t.truncate()
	if t.size+len(p) > maxWindow {
		p = t.overflow(p)
	}
	t.insert(p)
}

// overflow gives the window out, and as many further windows as p fills. It
// returns the rest of p. The bounds between them lie where they would if p came
// in pieces.
func (t *terminal) overflow(p []byte) (rest []byte) {
	first := runeFloor(p, maxWindow-t.size)
	last := first
	for len(p)-last > maxWindow {
		last += runeFloor(p[last:], maxWindow)
	}
	t.insert(p[:first])
	t.rows[t.at].rewritten = false // it goes on: its blanks are not trailing
	t.release()
	t.commit(p[first:last])
	return p[last:]
}

func (t *terminal) insert(p []byte) {
	r := &t.rows[t.at]
	r.text = append(r.text, p...)
	t.col = len(r.text)
	t.size += len(p)
}

// truncate drops what follows the cursor in its row.
func (t *terminal) truncate() {
	r := &t.rows[t.at]
	if t.col < len(r.text) {
		t.size -= len(r.text) - t.col
		r.text, r.rewritten = r.text[:t.col], true
	}
}

// newline goes to the row below, which a cursor that went up has left there.
func (t *terminal) newline() {
	if t.at++; t.at < len(t.rows) {
		t.col = 0
		return
	}
	if t.hold--; t.hold <= 0 || t.size == maxWindow {
		t.at--
		t.release()
		t.commit([]byte{'\n'})
		return
	}
	if len(t.rows) > maxRows {
		t.scroll()
	}
	t.rows = append(t.rows, row{})
	t.size++
	t.col = 0
}

// scroll commits the top row.
func (t *terminal) scroll() {
	top := t.rows[0].text
	t.commit(t.rows[0].shown())
	t.commit([]byte{'\n'})
	t.size -= len(top) + 1
	t.rows = append(t.rows[:0], t.rows[1:]...)
	t.at--
}

// release commits the window; what is written next stands right behind it.
func (t *terminal) release() {
	for len(t.rows) > 1 {
		t.scroll()
	}
	t.commit(t.rows[0].shown())
	t.rows[0] = row{text: t.rows[0].text[:0]}
	t.at, t.col, t.size, t.hold = 0, 0, 0, 0
}

// goTo moves the cursor within its row; the window is held from now on.
func (t *terminal) goTo(col int) {
	t.cr, t.hold = false, maxRows
	t.col = col
}

// move moves the cursor by rows, as far as the window goes, to the row's end.
func (t *terminal) move(rows int) {
	t.at = min(max(t.at+rows, 0), len(t.rows)-1)
	t.goTo(len(t.rows[t.at].text))
}

// step moves the cursor by characters within its row.
func (t *terminal) step(n int) {
	text, col := t.rows[t.at].text, t.col
	if t.cr {
		col = 0
	}
	for ; n < 0 && col > 0; n++ {
		_, size := utf8.DecodeLastRune(text[:col])
		col -= size
	}
	for ; n > 0 && col < len(text); n-- {
		_, size := utf8.DecodeRune(text[col:])
		col += size
	}
	t.goTo(col)
}
