package tour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png" // the one format that is expected
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"power-interpreter/internal/demo/show"
)

// maxBlocks bounds what is shown of one answer.
const maxBlocks = 12

// reply is a tool's answer.
type reply struct{ *mcp.CallToolResult }

// text is all of its text blocks.
func (r reply) text() string {
	var parts []string
	for _, c := range r.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			parts = append(parts, t.Text)
		}
	}
	return strings.Join(parts, "\n")
}

// images are its image blocks.
func (r reply) images() []*mcp.ImageContent {
	var images []*mcp.ImageContent
	for _, c := range r.Content {
		if i, ok := c.(*mcp.ImageContent); ok {
			images = append(images, i)
		}
	}
	return images
}

// structure puts the structured part into v.
func (r reply) structure(v any) error {
	if r.StructuredContent == nil {
		return fmt.Errorf("the answer has no structured content")
	}
	raw, err := json.Marshal(r.StructuredContent)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("the structured content is not as expected: %w", err)
	}
	return nil
}

// show prints it as an agent gets it.
func (r reply) show(out *show.Printer) {
	for i, c := range r.Content {
		if i == maxBlocks {
			out.Received(fmt.Sprintf("… %d more blocks", len(r.Content)-i))
			break
		}
		out.Received(words(c))
	}
	if r.StructuredContent != nil {
		raw, _ := json.Marshal(r.StructuredContent) // it came as JSON
		out.Received("structured: " + shorten(string(raw)))
	}
}

// maxStructure bounds what is shown of the structured part, in bytes: it says
// again what the text said.
const maxStructure = 400

func shorten(structure string) string {
	if len(structure) <= maxStructure {
		return structure
	}
	return structure[:maxStructure] + "…"
}

// words are what stands for a block on a terminal.
func words(c mcp.Content) string {
	switch c := c.(type) {
	case *mcp.TextContent:
		return c.Text
	case *mcp.ImageContent:
		config, _, err := image.DecodeConfig(bytes.NewReader(c.Data))
		if err != nil {
			return fmt.Sprintf("[%s that does not decode, %s]", c.MIMEType, show.Bytes(len(c.Data)))
		}
		return fmt.Sprintf("[%s %d×%d, %s]", c.MIMEType, config.Width, config.Height, show.Bytes(len(c.Data)))
	case *mcp.ResourceLink:
		return fmt.Sprintf("[link %s]", c.URI)
	case *mcp.EmbeddedResource:
		return fmt.Sprintf("[%s embedded, %s]", c.Resource.MIMEType, show.Bytes(len(c.Resource.Blob)+len(c.Resource.Text)))
	default:
		return fmt.Sprintf("[%T]", c)
	}
}
