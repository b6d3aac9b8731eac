package storm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// callCeiling is when a call counts as hanging: far beyond any queue that
	// the load makes.
	callCeiling = 90 * time.Second
	// maxAnswer bounds an answer, in bytes: lists of some thousand marks.
	maxAnswer = 8 << 20
)

// answer is a tool's reply.
type answer struct {
	text       string // without its notices
	notices    []string
	failed     bool
	structured map[string]any
	record     struct {
		ID     string `json:"id"`
		JobID  string `json:"job_id"`
		Status string `json:"status"`
	}
}

// wire posts calls to a server.
type wire struct {
	url  string
	http *http.Client
}

// newWire opens a connection for each call: what is sent on one that a killed
// server has left would fail for no reason of this server's.
func newWire(address string) *wire {
	return &wire{"http://" + address + "/mcp/sse", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// call returns an error for whatever is not the tool's own answer.
func (w *wire) call(ctx context.Context, tool string, args map[string]any) (answer, error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
		"params": map[string]any{"name": tool, "arguments": args}})
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, callCeiling, fmt.Errorf("%s hung for %v", tool, callCeiling))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := w.http.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return answer{}, cause
		}
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	return parse(raw)
}

func parse(raw []byte) (answer, error) {
	var m struct {
		Error  json.RawMessage
		Result *struct {
			IsError           bool
			Content           []struct{ Text string }
			StructuredContent map[string]any
			Meta              map[string]json.RawMessage `json:"_meta"`
		}
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Result == nil {
		return answer{}, fmt.Errorf("no answer of a tool: %.300s", raw)
	}
	a := answer{failed: m.Result.IsError, structured: m.Result.StructuredContent}
	if record, there := m.Result.Meta["power-interpreter/execution"]; there {
		if err := json.Unmarshal(record, &a.record); err != nil {
			return answer{}, err
		}
	}
	for i, c := range m.Result.Content {
		if i == 0 && strings.HasPrefix(c.Text, "notice: ") {
			for _, n := range strings.Split(c.Text, "\nnotice: ") {
				a.notices = append(a.notices, strings.TrimPrefix(n, "notice: "))
			}
			continue
		}
		a.text += c.Text + "\n"
	}
	return a, nil
}

// code is what an error begins with, empty for none.
func (a answer) code() string {
	if !a.failed {
		return ""
	}
	code, _, _ := strings.Cut(a.text, ":")
	return code
}
