package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// JSON returns the cell as json.Marshal does.
func (c Cell) JSON() json.RawMessage {
	b := make([]byte, 0, len(c.Code)+len(c.Code)/8+16)
	return append(appendText(append(b, `{"code":`...), c.Code), '}')
}

// composeRun writes a run as json.Marshal does: there is one for every call.
func composeRun(r Run) (json.RawMessage, error) {
	b := bytes.NewBuffer(make([]byte, 0, len(r.Args)+96))
	b.WriteString(`{"op":`)
	b.Write(appendText(b.AvailableBuffer(), string(r.Op)))
	if len(r.Args) > 0 {
		b.WriteString(`,"args":`)
		if bytes.ContainsFunc(r.Args, needsEscape) || json.Compact(b, r.Args) != nil {
			return json.Marshal(r)
		}
	}
	b.WriteString(`,"timeout_ms":`)
	b.Write(strconv.AppendInt(b.AvailableBuffer(), r.TimeoutMS, 10))
	b.WriteString(`,"grace_ms":`)
	b.Write(strconv.AppendInt(b.AvailableBuffer(), r.GraceMS, 10))
	b.WriteByte('}')
	return b.Bytes(), nil
}

// needsEscape says whether json.Marshal would write something else for a character.
func needsEscape(r rune) bool { return r > '~' || r == '<' || r == '>' || r == '&' }

// appendText writes a string: as it is but for breaks, tabs, quotes and
// backslashes, where nothing else of it needs an escape.
func appendText(b []byte, s string) []byte {
	begun, from := len(b), 0
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		if isPlain(c) && !needsEscape(rune(c)) {
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
