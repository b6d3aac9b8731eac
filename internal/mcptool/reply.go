package mcptool

import (
	"encoding/base64"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/orchestrator"
)

// reply is what a tool gives back: text that is complete by itself, and then
// blocks, or the same again as structure.
type reply struct {
	text   string
	blocks []mcp.Content
	data   interface{ tell([]string) } // nil for tools that answer with blocks
	record *record                     // nil for tools that answer with structure
	failed bool
	code   orchestrator.Code // of a failure, for the log
}

// refusal is the reply that tells of an error.
func refusal(err error) reply {
	e := orchestrator.AsError(err)
	return reply{text: e.Error(), failed: true, code: e.Code}
}

// result renders the reply for MCP. Notices come first, to be seen. A failed
// one has no structure: its text says all.
func (r reply) result(notices []string) *mcp.CallToolResult {
	res := &mcp.CallToolResult{IsError: r.failed, Content: []mcp.Content{}}
	if text := noticeText(notices); text != "" {
		res.Content = append(res.Content, mcp.NewTextContent(text))
	}
	if r.text != "" {
		res.Content = append(res.Content, mcp.NewTextContent(r.text))
	}
	res.Content = append(res.Content, r.blocks...)
	if r.data != nil && !r.failed {
		r.data.tell(notices)
		res.StructuredContent = r.data
	}
	if r.record != nil {
		res.Meta = &mcp.Meta{AdditionalFields: map[string]any{metaKey: r.record}}
	}
	return res
}

// image is an image block.
func image(data []byte, mime string) mcp.Content {
	return mcp.NewImageContent(base64.StdEncoding.EncodeToString(data), mime)
}
