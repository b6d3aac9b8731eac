package output

import "unicode/utf8"

// decoder makes valid UTF-8 of bytes that come in arbitrary pieces: each byte
// that belongs to no rune becomes U+FFFD, wherever the pieces were split.
type decoder struct {
	kept []byte // the beginning of a rune, at most three bytes
}

// decode returns the text of p and keeps a rune that p leaves unfinished. The
// text may share p's memory.
func (d *decoder) decode(p []byte) []byte {
	if len(d.kept) > 0 {
		p = append(d.kept, p...)
		d.kept = nil
	}
	whole := len(p) - unfinished(p)
	d.kept = append(d.kept, p[whole:]...)
	return valid(p[:whole])
}

// finish returns the text of a rune that will not be finished.
func (d *decoder) finish() []byte {
	text := valid(d.kept)
	d.kept = nil
	return text
}

// unfinished counts the bytes at the end of p that begin a rune and might
// still become one.
func unfinished(p []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if tail := p[len(p)-i:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return i
		}
	}
	return 0
}

// valid returns p itself when it is valid, as nearly all of it is.
func valid(p []byte) []byte {
	if utf8.Valid(p) {
		return p
	}
	text := make([]byte, 0, len(p)+len(p)/2)
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		text = utf8.AppendRune(text, r)
		p = p[size:]
	}
	return text
}

// runeFloor returns the largest cut of text, at most n, that splits no rune.
func runeFloor(text []byte, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}
