package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"power-interpreter/internal/jsontext"
)

// JSON returns the cell as json.Marshal does.
func (c Cell) JSON() json.RawMessage {
	b := make([]byte, 0, len(c.Code)+len(c.Code)/8+16)
	return append(jsontext.Append(append(b, `{"code":`...), c.Code), '}')
}

// composeRun writes a run as json.Marshal does: there is one for every call.
func composeRun(r Run) (json.RawMessage, error) {
	b := bytes.NewBuffer(make([]byte, 0, len(r.Args)+96))
	b.WriteString(`{"op":`)
	b.Write(jsontext.Append(b.AvailableBuffer(), string(r.Op)))
	if len(r.Args) > 0 {
		b.WriteString(`,"args":`)
		if bytes.ContainsFunc(r.Args, jsontext.NeedsEscape) || json.Compact(b, r.Args) != nil {
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
