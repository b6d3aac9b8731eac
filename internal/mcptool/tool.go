package mcptool

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/orchestrator"
)

// tool is one tool: what is published of it, and what it does.
type tool struct {
	name   string
	about  string
	hints  hints
	output schema // of the structured answer; empty for one of content blocks

	params []param
	run    func(ctx context.Context, c *call, given map[string]any) (reply, error)
}

// hints are what a host may go by before it lets a model call the tool.
type hints struct {
	readOnly    bool // changes nothing that anyone would miss
	destructive bool // may replace, stop or delete what was there
	idempotent  bool // a second call with the same arguments changes nothing more
	openWorld   bool // reaches beyond the server
}

// define completes a tool whose arguments are an A: params says which they
// are and where in an A they go, do is called with all of them in place.
func define[A any](t tool, told orchestrator.Settings, params func(*A, orchestrator.Settings) []param, do func(context.Context, *call, A) (reply, error)) tool {
	t.params = params(new(A), told)
	t.run = func(ctx context.Context, c *call, given map[string]any) (reply, error) {
		var a A
		if err := bind(t.name, params(&a, c.settings), given); err != nil {
			return reply{}, err
		}
		return do(ctx, c, a)
	}
	return t
}

// published is the tool as tools/list shows it.
func (t tool) published() mcp.Tool {
	m := mcp.Tool{
		Name: t.name, Description: t.about, RawInputSchema: inputSchema(t.params),
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint: &t.hints.readOnly, DestructiveHint: &t.hints.destructive,
			IdempotentHint: &t.hints.idempotent, OpenWorldHint: &t.hints.openWorld,
		},
	}
	if t.output != "" {
		m.RawOutputSchema = json.RawMessage(t.output)
	}
	return m
}
