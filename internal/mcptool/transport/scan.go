package transport

import (
	"bytes"
	"encoding/json"
)

// scanner walks over the bytes of one JSON message, of any length, and keeps
// only the id of the outermost object and a count of values. It judges nothing:
// on broken JSON it finds nothing.
type scanner struct {
	depth   int
	text    bool // inside a string
	escaped bool // behind a backslash
	key     []byte
	id      []byte
	reading *[]byte // where the bytes go, if anywhere: key or id
	found   bool    // the id is complete
	values  int     // members and elements, by their commas and brackets
}

// Write looks at the next bytes. It never fails.
func (s *scanner) Write(p []byte) (int, error) {
	for i := 0; i < len(p); i++ {
		if s.text && !s.escaped && s.reading == nil {
			i += skipText(p[i:])
			if i == len(p) {
				break
			}
		}
		s.step(p[i])
	}
	return len(p), nil
}

// skipText returns how many bytes belong to a string without ending it.
func skipText(p []byte) int {
	if n := bytes.IndexAny(p, `"\`); n >= 0 {
		return n
	}
	return len(p)
}

func (s *scanner) step(c byte) {
	switch {
	case s.text:
		s.inText(c)
		return
	case c == '"':
		s.text = true
		if s.depth == 1 && s.reading == nil {
			s.key, s.reading = s.key[:0], &s.key
		}
	case c == '{' || c == '[':
		s.depth++
		s.values++
	case c == '}' || c == ']':
		s.member()
		s.depth--
		return
	case c == ',':
		s.values++
		s.member()
		return
	case c == ':':
		s.value()
		return
	}
	s.keep(c)
}

func (s *scanner) inText(c byte) {
	s.keep(c)
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.text = false
		if s.reading == &s.key {
			s.reading = nil
		}
	}
}

// value begins a member's value: the id's, if that is its key.
func (s *scanner) value() {
	if s.depth == 1 && !s.found && string(s.key) == `"id"` {
		s.id, s.reading = s.id[:0], &s.id
	}
}

// member ends one.
func (s *scanner) member() {
	if s.depth == 1 && s.reading == &s.id {
		s.reading, s.found = nil, true
	}
}

// keep stores a byte of what is read, one more than an id may have at most.
func (s *scanner) keep(c byte) {
	if s.reading != nil && len(*s.reading) <= maxID {
		*s.reading = append(*s.reading, c)
	}
}

// requestID returns the id, nil where there is none that could be echoed.
func (s *scanner) requestID() json.RawMessage {
	id := json.RawMessage(bytes.TrimSpace(s.id))
	if !s.found || len(id) == 0 || !validID(id) || !json.Valid(id) {
		return nil
	}
	return id
}
