package transport

import (
	"bytes"
	"encoding/json"
	"slices"

	"power-interpreter/internal/jsontext"
)

// members takes a JSON object apart into the values of its members, whose memory
// is raw's: a message of megabytes is not copied. It returns false for what
// encoding/json must judge: broken JSON, another value than an object, a name that
// is not one of names letter by letter (it might be taken for one of them all the
// same), and one that comes twice.
func members(raw []byte, names []string, into []json.RawMessage) bool {
	if !json.Valid(raw) {
		return false
	}
	s := spaceless(raw)
	if s[0] != '{' {
		return false
	}
	for s = spaceless(s[1:]); s[0] != '}'; {
		if s[0] == ',' {
			s = spaceless(s[1:])
		}
		n := valueLength(s)
		i := slices.Index(names, string(s[1:n-1]))
		if i < 0 || into[i] != nil {
			return false
		}
		s = spaceless(spaceless(s[n:])[1:]) // the colon
		n = valueLength(s)
		into[i] = s[:n:n]
		s = spaceless(s[n:])
	}
	return true
}

func spaceless(s []byte) []byte { return bytes.TrimLeft(s, " \t\r\n") }

// valueLength is the length of the value with which s, valid JSON, begins.
func valueLength(s []byte) int {
	switch s[0] {
	case '"':
		return textLength(s)
	case '{', '[':
		return nestLength(s)
	}
	if n := bytes.IndexAny(s, ",]} \t\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

func textLength(s []byte) int {
	for i := 1; ; i++ {
		i += skipText(s[i:])
		if s[i] == '"' {
			return i + 1
		}
		i++ // what the backslash is before
	}
}

func nestLength(s []byte) int {
	for i, depth := 0, 0; ; i++ {
		switch s[i] {
		case '"':
			i += textLength(s[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// text reads a string.
func text(raw json.RawMessage) (s string, err error) {
	if n := len(raw); n >= 2 && raw[0] == '"' && !bytes.ContainsFunc(raw[1:n-1], func(r rune) bool { return r > '~' || !jsontext.IsPlain(byte(r)) }) {
		return string(raw[1 : n-1]), nil
	}
	err = json.Unmarshal(raw, &s)
	return s, err
}
