// Package jsontext reads and writes JSON's strings where they are as plain as
// nearly all that a call carries: no escape to undo, or only short ones to make.
// Anything else is left to encoding/json. Standard library only.
package jsontext

import "encoding/json"

// IsPlain says whether a byte stands for itself in a JSON string, and is a
// character.
func IsPlain(c byte) bool { return ' ' <= c && c <= '~' && c != '"' && c != '\\' }

// NeedsEscape says whether json.Marshal may write something else for a character
// that is not one of JSON's own escapes: it spares HTML and what is not ASCII is
// its affair.
func NeedsEscape(r rune) bool { return r > '~' || r == '<' || r == '>' || r == '&' }

// Append writes a string as json.Marshal does, byte for byte: as it is but for
// breaks, tabs, quotes and backslashes, where nothing else of it needs an escape.
func Append(b []byte, s string) []byte {
	begun, from := len(b), 0
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		if IsPlain(c) && !NeedsEscape(rune(c)) {
			continue
		}
		short := shortEscapes[c]
		if short == 0 {
			whole, _ := json.Marshal(s) // a string is always written
			return append(b[:begun], whole...)
		}
		b = append(append(b, s[from:i]...), '\\', short)
		from = i + 1
	}
	return append(append(b, s[from:]...), '"')
}

// shortEscapes are those of two characters that code is full of.
var shortEscapes = [256]byte{'\n': 'n', '\r': 'r', '\t': 't', '"': '"', '\\': '\\'}
