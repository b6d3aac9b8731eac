package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"power-interpreter/internal/jsontext"
)

// A frame's envelope is read and written here as encoding/json does, for a third
// of the work: each frame of a call passes it on either side. What is not in the
// form in which it is written here, and anything that needs an escape, is left to
// encoding/json.

// parse reads a line as json.Unmarshal into a Frame.
func parse(line []byte) (f Frame, err error) {
	if f, plain := parsePlain(line); plain {
		return f, nil
	}
	err = json.Unmarshal(line, &f)
	return f, err
}

// parsePlain reads a line that is just as appendPlain writes it.
func parsePlain(line []byte) (f Frame, plain bool) {
	s := scan{rest: line}
	s.literal(`{"v":`)
	f.V = int(s.number())
	s.literal(`,"kind":`)
	f.Kind = Kind(s.text())
	if s.optional(`,"seq":`) {
		f.Seq = s.number()
	}
	if s.optional(`,"id":`) {
		f.ID = s.text()
	}
	if s.optional(`,"body":`) {
		f.Body = s.lastValue()
	} else {
		s.literal(`}`)
	}
	return f, !s.wrong && len(s.rest) == 0
}

// scan takes a line apart from its beginning.
type scan struct {
	rest  []byte
	wrong bool // something was not as it is written here
}

func (s *scan) optional(text string) bool {
	if s.wrong || len(s.rest) < len(text) || string(s.rest[:len(text)]) != text {
		return false
	}
	s.rest = s.rest[len(text):]
	return true
}

func (s *scan) literal(text string) {
	if !s.optional(text) {
		s.wrong = true
	}
}

// maxDigits keeps a number below any bound of its type.
const maxDigits = 18

func (s *scan) number() (n uint64) {
	i := 0
	for ; i < len(s.rest) && '0' <= s.rest[i] && s.rest[i] <= '9' && i <= maxDigits; i++ {
		n = n*10 + uint64(s.rest[i]-'0')
	}
	if i == 0 || i > maxDigits || s.rest[0] == '0' && i > 1 {
		s.wrong = true
	}
	s.rest = s.rest[i:]
	return n
}

func (s *scan) text() string {
	s.literal(`"`)
	for i, c := range s.rest {
		if c == '"' {
			text := string(s.rest[:i])
			s.rest = s.rest[i+1:]
			return text
		}
		if !jsontext.IsPlain(c) {
			break
		}
	}
	s.wrong = true
	return ""
}

// lastValue is all but the brace that ends the line: one value, and an array, an
// object or what else cannot be taken for nothing.
func (s *scan) lastValue() json.RawMessage {
	end := len(s.rest) - 1
	if s.wrong || end < 1 || s.rest[end] != '}' || isSpace(s.rest[0]) || isSpace(s.rest[end-1]) || s.rest[0] == 'n' || !json.Valid(s.rest[:end]) {
		s.wrong = true
		return nil
	}
	value := bytes.Clone(s.rest[:end]) // the line's memory is the next one's
	s.rest = nil
	return value
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// appendPlain writes a frame's line; false where encoding/json must.
func appendPlain(f Frame) (line []byte, plain bool) {
	if !allPlain(string(f.Kind)) || !allPlain(f.ID) || f.V < 0 {
		return nil, false
	}
	b := bytes.NewBuffer(make([]byte, 0, envelopeSize+len(f.ID)+len(f.Body)))
	b.WriteString(`{"v":`)
	b.Write(strconv.AppendInt(b.AvailableBuffer(), int64(f.V), 10))
	b.WriteString(`,"kind":"` + string(f.Kind) + `"`)
	if f.Seq != 0 {
		b.WriteString(`,"seq":`)
		b.Write(strconv.AppendUint(b.AvailableBuffer(), f.Seq, 10))
	}
	if f.ID != "" {
		b.WriteString(`,"id":"` + f.ID + `"`)
	}
	if len(f.Body) > 0 {
		b.WriteString(`,"body":`)
		if json.Compact(b, f.Body) != nil {
			return nil, false
		}
	}
	b.WriteString("}\n")
	return b.Bytes(), true
}

// envelopeSize is about what stands around an id and a body.
const envelopeSize = 96

func allPlain(s string) bool {
	for i := range len(s) {
		if !jsontext.IsPlain(s[i]) {
			return false
		}
	}
	return true
}
