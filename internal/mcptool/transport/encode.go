package transport

import (
	"bytes"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/jsontext"
)

// encode writes a message as json.Marshal does, byte for byte. The answer of a
// tool, which is most of what is sent and can be megabytes of pictures, is not
// written into itself three times over for that, as by mcp-go's own.
func encode(v any) ([]byte, error) {
	if answer, is := v.(mcp.JSONRPCResponse); is {
		if result, is := answer.Result.(*mcp.CallToolResult); is && result != nil && plain(result) {
			return appendAnswer(answer, result)
		}
	}
	return json.Marshal(v)
}

// plain says whether a result has only what appendResult knows.
func plain(r *mcp.CallToolResult) bool {
	return r.ResultType == "" && len(r.InputRequests) == 0 && r.RequestState == ""
}

func appendAnswer(answer mcp.JSONRPCResponse, r *mcp.CallToolResult) ([]byte, error) {
	b := make([]byte, 0, sizeOf(r))
	b = append(b, `{"jsonrpc":`...)
	b = jsontext.Append(b, answer.JSONRPC)
	b = append(b, `,"id":`...)
	b, err := appendID(b, answer.ID)
	if err == nil {
		b = append(b, `,"result":`...)
		b, err = appendResult(b, r)
	}
	return append(b, '}'), err
}

// sizeOf is about what a result takes.
func sizeOf(r *mcp.CallToolResult) int {
	n := 512 // the envelope and the record
	for _, c := range r.Content {
		switch c := c.(type) {
		case mcp.TextContent:
			n += len(c.Text) + len(c.Text)/8
		case mcp.ImageContent:
			n += len(c.Data)
		}
		n += 64
	}
	return n
}

// appendResult writes the members in the order of their names, as mcp-go does.
func appendResult(b []byte, r *mcp.CallToolResult) (_ []byte, err error) {
	b = append(b, '{')
	if r.Meta != nil {
		b = append(b, `"_meta":`...)
		if b, err = appendMeta(b, r.Meta); err != nil {
			return b, err
		}
		b = append(b, ',')
	}
	b = append(b, `"content":[`...)
	for i, c := range r.Content {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendContent(b, c); err != nil {
			return b, err
		}
	}
	b = append(b, ']')
	if r.IsError {
		b = append(b, `,"isError":true`...)
	}
	switch {
	case len(r.RawStructuredContent) > 0:
		b = append(b, `,"structuredContent":`...)
		b, err = appendJSON(b, r.RawStructuredContent)
	case r.StructuredContent != nil:
		b = append(b, `,"structuredContent":`...)
		b, err = appendJSON(b, r.StructuredContent)
	}
	return append(b, '}'), err
}

// appendMeta writes a result's record without a detour where it is all there is.
func appendMeta(b []byte, m *mcp.Meta) (_ []byte, err error) {
	if m.ProgressToken != nil || len(m.AdditionalFields) != 1 {
		return appendJSON(b, m)
	}
	b = append(b, '{')
	for name, value := range m.AdditionalFields {
		b = append(jsontext.Append(b, name), ':')
		b, err = appendJSON(b, value)
	}
	return append(b, '}'), err
}

func appendContent(b []byte, c mcp.Content) ([]byte, error) {
	switch c := c.(type) {
	case mcp.TextContent:
		if c.Annotations == nil && c.Meta == nil {
			b = jsontext.Append(append(b, `{"type":`...), c.Type)
			b = jsontext.Append(append(b, `,"text":`...), c.Text)
			return append(b, '}'), nil
		}
	case mcp.ImageContent:
		if c.Annotations == nil && c.Meta == nil {
			b = jsontext.Append(append(b, `{"type":`...), c.Type)
			b = jsontext.Append(append(b, `,"data":`...), c.Data)
			b = jsontext.Append(append(b, `,"mimeType":`...), c.MIMEType)
			return append(b, '}'), nil
		}
	}
	return appendJSON(b, c)
}

func appendJSON(b []byte, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	return append(b, data...), err
}

// appendID writes an id as it was sent, which is JSON already.
func appendID(b []byte, id mcp.RequestId) ([]byte, error) {
	raw, is := id.Value().(json.RawMessage)
	if !is || len(raw) == 0 || bytes.ContainsFunc(bytes.Trim(raw, `"`), func(r rune) bool { return jsontext.NeedsEscape(r) || !jsontext.IsPlain(byte(r)) }) {
		return appendJSON(b, id)
	}
	return append(b, raw...), nil
}
