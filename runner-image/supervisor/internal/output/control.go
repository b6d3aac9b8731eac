package output

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The control characters that do something here.
const (
	backspace = '\b'
	bell      = '\a'
	cancel    = 0x18
	escaping  = 0x1b
	del       = 0x7f
	// firstC1 begins, in UTF-8, U+0080 to U+00BF: the C1 controls, which end
	// at U+009F, and others.
	firstC1 = 0xc2
	lastC1  = 0x9f
)

// control takes the control character that p begins with, and returns its length.
func (t *terminal) control(p []byte) int {
	switch p[0] {
	case '\r':
		t.cr = true
	case backspace:
		t.step(-1)
	case '\v', '\f': // what a terminal shows as a new line
		t.text([]byte{'\n'})
	case escaping:
		t.esc.begin()
	case firstC1:
		return 2
	}
	return 1
}

// plain is the length of the longest beginning of p without control characters
// but line breaks and tabs. p ends with a whole rune.
func plain(p []byte) int {
	i := 0
	for ; i+8 <= len(p); i += 8 {
		if !suspicious(binary.LittleEndian.Uint64(p[i:])) {
			continue
		}
		for j := i; j < i+8; j++ {
			if isControl(p[j:]) {
				return j
			}
		}
	}
	for ; i < len(p); i++ {
		if isControl(p[i:]) {
			return i
		}
	}
	return i
}

func isControl(p []byte) bool {
	switch c := p[0]; {
	case c == '\n' || c == '\t':
		return false
	case c == firstC1:
		return len(p) > 1 && p[1] <= lastC1
	default:
		return c < ' ' || c == del
	}
}

// suspicious says whether any of eight bytes might be part of a control
// character: below a blank, del, or firstC1.
func suspicious(w uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	low := (w - ' '*ones) &^ w
	d, c := w^del*ones, w^firstC1*ones
	return (low|(d-ones)&^d|(c-ones)&^c)&highs != 0
}

// count is the number of characters of text, valid UTF-8: of bytes, but for
// those that go on with a character (10xxxxxx), eight at a time.
func count(text []byte) int64 {
	const highs = 0x8080808080808080
	n, more := len(text), 0
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		more += bits.OnesCount64(w & ^(w << 1) & highs)
	}
	for _, c := range text {
		if !utf8.RuneStart(c) {
			more++
		}
	}
	return int64(n - more)
}
