package output

import (
	"slices"
	"unicode/utf8"
)

// Bounds on an escape sequence, in bytes (ECMA-48 has none). What is longer is
// none, and what follows the bound is text again.
const (
	maxParams = 64
	// maxString is for titles and links.
	maxString = 4 << 10
)

// The states of an escape.
const (
	noEscape  = iota
	begun     // after ESC
	inParams  // after ESC [
	inString  // after what begins a string, such as a title
	endString // after an ESC in it
)

// escape is the escape sequence under way.
type escape struct {
	state  int
	params []byte
	length int
}

func (e *escape) open() bool { return e.state != noEscape }

func (e *escape) begin() { *e = escape{state: begun, params: e.params[:0]} }

// escaped takes as much of p as belongs to the escape sequence under way, and
// returns its length: 0 where the sequence has ended before p.
func (t *terminal) escaped(p []byte) int {
	for i, c := range p {
		final, taken := t.esc.take(c)
		if final != 0 {
			t.obey(final, string(t.esc.params))
		}
		if !taken {
			return i
		}
		if !t.esc.open() {
			return i + 1
		}
	}
	return len(p)
}

// take says whether c belongs to the sequence, and returns the character that
// tells what it does when c is its last. 'M' stands for one without parameters.
func (e *escape) take(c byte) (final byte, taken bool) {
	switch e.length++; e.state {
	case begun:
		return e.takeFirst(c)
	case inParams:
		switch {
		case c >= 0x40 && c < del:
			e.state = noEscape
			return c, true
		case c >= 0x20 && c < 0x40 && e.length <= maxParams:
			e.params = append(e.params, c)
			return 0, true
		}
	case inString:
		switch {
		case c == bell:
			e.state = noEscape
			return 0, true
		case c == escaping:
			e.state = endString
			return 0, true
		case c != '\n' && c != cancel && (e.length <= maxString || !utf8.RuneStart(c)):
			return 0, true
		}
	case endString:
		if c == '\\' {
			e.state = noEscape
			return 0, true
		}
		e.begin() // another one instead
		return e.takeFirst(c)
	}
	e.state = noEscape
	return 0, false
}

func (e *escape) takeFirst(c byte) (final byte, taken bool) {
	switch {
	case c == '[':
		e.state = inParams
		return 0, true
	case slices.Contains([]byte("]PX^_"), c):
		e.state = inString
		return 0, true
	case c >= 0x20 && c < 0x30 && e.length <= maxParams: // one more follows
		return 0, true
	}
	e.state = noEscape
	if c == 'M' && e.length == 1 {
		return 'A', true
	}
	return 0, c >= 0x30 && c < del
}
