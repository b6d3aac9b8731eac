package transport

import (
	"bytes"
	"encoding/json"
)

// maxKept bounds what is kept of one key or value, in bytes: PATH_MAX.
const maxKept = 4096

// scanner walks over the bytes of one JSON message, of any length, and keeps
// only the id of the outermost object, of a call the tool and which file it is
// about, and a count of values. It judges nothing: on broken JSON it finds
// nothing.
type scanner struct {
	depth   int
	text    bool // inside a string
	escaped bool // behind a backslash
	valued  bool // behind a colon, where a string is no key
	// keys are those of the members under way, by their depth: of the message,
	// its params and their arguments.
	keys    [4][]byte
	reading *[]byte // where the bytes go, if anywhere
	at      int     // the depth of what is read
	found   bool    // the id is complete
	values  int     // members and elements, by their commas and brackets

	id, tool, file, session []byte
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
		if !s.valued && s.reading == nil && 0 < s.depth && s.depth < len(s.keys) {
			s.read(&s.keys[s.depth])
		}
	case c == '{' || c == '[':
		s.depth++
		s.values++
		s.valued = false
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
		if !s.valued && s.at == s.depth { // a key
			s.reading = nil
		}
	}
}

func (s *scanner) read(into *[]byte) {
	*into = (*into)[:0]
	s.reading, s.at = into, s.depth
}

// value begins a member's value, which is read if its key is one of ours.
func (s *scanner) value() {
	s.valued = true
	if s.reading != nil {
		return
	}
	switch {
	case s.depth == 1 && !s.found && s.in(`"id"`):
		s.read(&s.id)
	case s.depth == 2 && s.in(`"params"`, `"name"`):
		s.read(&s.tool)
	case s.depth == 3 && s.in(`"params"`, `"arguments"`, `"filename"`):
		s.read(&s.file)
	case s.depth == 3 && s.in(`"params"`, `"arguments"`, `"session_id"`):
		s.read(&s.session)
	}
}

// in says whether the keys from the outermost on are these.
func (s *scanner) in(keys ...string) bool {
	for i, key := range keys {
		if string(s.keys[i+1]) != key {
			return false
		}
	}
	return true
}

// member ends one.
func (s *scanner) member() {
	s.valued = false
	if s.reading == nil || s.depth != s.at {
		return
	}
	s.found = s.found || s.reading == &s.id
	s.reading = nil
}

// keep stores a byte of what is read, one more than may be kept at most.
func (s *scanner) keep(c byte) {
	if s.reading != nil && len(*s.reading) <= maxKept {
		*s.reading = append(*s.reading, c)
	}
}

// upload returns which file of which session a call of upload_file is about.
func (s *scanner) upload() (session, file string, ok bool) {
	var tool string
	if json.Unmarshal(s.tool, &tool) != nil || tool != "upload_file" || json.Unmarshal(s.file, &file) != nil {
		return "", "", false
	}
	if session = "default"; len(s.session) > 0 && json.Unmarshal(s.session, &session) != nil {
		return "", "", false
	}
	return session, file, true
}

// requestID returns the id, nil where there is none that could be echoed.
func (s *scanner) requestID() json.RawMessage {
	id := json.RawMessage(bytes.TrimSpace(s.id))
	if !s.found || len(id) == 0 || !validID(id) || !json.Valid(id) {
		return nil
	}
	return id
}
