// Package tour walks an MCP client through the workflow that everyone starts
// with: a workbook fetched, read, queried, drawn, and the picture brought back.
// It shows what an agent would see, and holds every answer against its own
// arithmetic on the same rows.
package tour

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"power-interpreter/internal/demo/show"
	"power-interpreter/internal/workbook"
)

// callPatience bounds one call: the first also waits for a sandbox, and for
// the library stack in it.
const callPatience = 90 * time.Second

// Caller is an MCP client's session.
type Caller interface {
	CallTool(context.Context, *mcp.CallToolParams) (*mcp.CallToolResult, error)
}

// Tour is what is walked through.
type Tour struct {
	Session string // session_id of every call
	URL     string // where the server fetches the workbook
	Size    int    // bytes of the workbook
	Sales   []workbook.Sale
	Out     *show.Printer
}

// step is one call and what must be true of its answer.
type step struct {
	tool string
	args map[string]any
	sent string // the argument worth reading, shown under the heading
	// check returns what the answer proves, or what is wrong with it.
	check func(reply) (proof string, err error)
}

// Walk makes the calls in order and returns the chart's file as it came back.
// It ends at the first answer that is wrong.
func (t Tour) Walk(ctx context.Context, server Caller) (chart []byte, err error) {
	for i, s := range t.steps(&chart) {
		t.Out.Step(i+1, s.tool, arguments(s))
		if s.sent != "" {
			t.Out.Sent(s.sent)
		}
		if err := t.take(ctx, server, s); err != nil {
			return nil, fmt.Errorf("step %d, %s: %w", i+1, s.tool, err)
		}
	}
	return chart, nil
}

func (t Tour) take(ctx context.Context, server Caller, s step) error {
	ctx, cancel := context.WithTimeoutCause(ctx, callPatience, fmt.Errorf("no answer within %v", callPatience))
	defer cancel()
	began := time.Now()
	res, err := server.CallTool(ctx, &mcp.CallToolParams{Name: s.tool, Arguments: s.args})
	took := time.Since(began)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return err
	}
	r := reply{res}
	r.show(t.Out)
	if res.IsError {
		return errors.New("the tool answered with an error")
	}
	proof, err := s.check(r)
	if err == nil {
		t.Out.Passed(proof, took)
	}
	return err
}

// arguments are a step's as one line, without the one that is shown by itself.
func arguments(s step) string {
	var parts []string
	for _, name := range []string{"url", "filename", "session_id"} {
		if v, given := s.args[name]; given {
			value, _ := json.Marshal(v) // a string always marshals
			parts = append(parts, name+"="+string(value))
		}
	}
	return strings.Join(parts, " ")
}
