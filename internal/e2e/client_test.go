//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// client is an MCP client that calls tools for one session.
type client struct {
	t       *testing.T
	session string
	*mcp.ClientSession
}

// bearer adds a key to each request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+string(b))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// dial connects an official client over Streamable HTTP.
func (s *server) dial(t *testing.T, key string) *mcp.ClientSession {
	t.Helper()
	return connect(t, s.streamable(key))
}

func (s *server) streamable(key string) mcp.Transport {
	return &mcp.StreamableClientTransport{Endpoint: s.url + "/mcp", HTTPClient: &http.Client{Transport: bearer(key)}}
}

func connect(t *testing.T, transport mcp.Transport) *mcp.ClientSession {
	t.Helper()
	return connectWith(t, transport, nil)
}

func connectWith(t *testing.T, transport mcp.Transport, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	c := mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "1"}, options)
	cs, err := c.Connect(ctx, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cs.Close() })
	return cs
}

// in returns a client of a new session on the shared server, deleted with the test.
func in(t *testing.T) *client {
	t.Helper()
	return shared.in(t, sessionName(t))
}

func sessionName(t *testing.T) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r > 126 {
			return '-'
		}
		return r
	}, t.Name())
	return strings.TrimLeft(name[max(0, len(name)-60):], ".")
}

func (s *server) in(t *testing.T, session string) *client {
	t.Helper()
	c := &client{t, session, s.dial(t, "")}
	t.Cleanup(func() { c.raw("delete_session", map[string]any{"session_id": session}) })
	return c
}

// raw calls a tool with exactly these arguments.
func (c *client) raw(tool string, args any) (*mcp.CallToolResult, error) {
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	return c.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: args})
}

// call calls a tool in the client's session.
func (c *client) call(tool string, args map[string]any) *mcp.CallToolResult {
	c.t.Helper()
	all := map[string]any{"session_id": c.session}
	if strings.Contains(tool, "job") && tool != "submit_job" {
		all = map[string]any{}
	}
	for k, v := range args {
		all[k] = v
	}
	res, err := c.raw(tool, all)
	if err != nil {
		c.t.Fatalf("%s: %v", tool, err)
	}
	return res
}

// ok calls a tool that must succeed and returns its text.
func (c *client) ok(tool string, args map[string]any) string {
	c.t.Helper()
	res := c.call(tool, args)
	if res.IsError {
		c.t.Fatalf("%s failed: %s", tool, text(res))
	}
	return text(res)
}

// fails calls a tool that must fail, and wants these words in its text.
func (c *client) fails(tool string, args map[string]any, words ...string) string {
	c.t.Helper()
	res := c.call(tool, args)
	got := text(res)
	if !res.IsError {
		c.t.Fatalf("%s succeeded: %s", tool, got)
	}
	c.wants(got, words...)
	return got
}

// run executes code that must succeed and returns the text.
func (c *client) run(code string) string {
	c.t.Helper()
	return c.ok("execute_code", map[string]any{"code": code})
}

func (c *client) wants(got string, words ...string) {
	c.t.Helper()
	for _, w := range words {
		if !strings.Contains(got, w) {
			c.t.Errorf("%q is not in:\n%s", w, got)
		}
	}
	for _, secret := range []string{shared.dir, "/opt/power-interpreter/worker", "goroutine "} {
		if strings.Contains(got, secret) {
			c.t.Errorf("a reply shows %q:\n%s", secret, got)
		}
	}
}

// structured decodes a reply's structured content.
func structured[T any](t *testing.T, res *mcp.CallToolResult) T {
	t.Helper()
	var v T
	raw, err := json.Marshal(res.StructuredContent)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil || res.StructuredContent == nil {
		t.Fatalf("structured content %v: %v", res.StructuredContent, err)
	}
	return v
}

// text joins the text blocks of a reply.
func text(res *mcp.CallToolResult) string {
	var parts []string
	for _, block := range res.Content {
		if b, isText := block.(*mcp.TextContent); isText {
			parts = append(parts, b.Text)
		}
	}
	return strings.Join(parts, "\n")
}

// images returns the pictures of a reply.
func images(res *mcp.CallToolResult) []*mcp.ImageContent {
	var found []*mcp.ImageContent
	for _, block := range res.Content {
		if b, isImage := block.(*mcp.ImageContent); isImage {
			found = append(found, b)
		}
	}
	return found
}

// job submits code and returns its job_id.
func (c *client) job(code string) string {
	c.t.Helper()
	res := c.call("submit_job", map[string]any{"code": code})
	if res.IsError {
		c.t.Fatal(text(res))
	}
	id := structured[struct {
		JobID string `json:"job_id"`
	}](c.t, res).JobID
	if len(id) != 8 {
		c.t.Fatalf("job_id %q is not 8 hex digits", id)
	}
	return id
}

type jobStatus struct {
	Status  string `json:"status"`
	Elapsed string `json:"elapsed"`
}

func (c *client) status(id string) jobStatus {
	c.t.Helper()
	res := c.call("get_job_status", map[string]any{"job_id": id})
	if res.IsError {
		c.t.Fatal(text(res))
	}
	return structured[jobStatus](c.t, res)
}

// until waits for a job to reach a status.
func (c *client) until(id string, statuses ...string) jobStatus {
	c.t.Helper()
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		got := c.status(id)
		for _, s := range statuses {
			if got.Status == s {
				return got
			}
		}
		if got.Status != "queued" && got.Status != "running" {
			break
		}
	}
	c.t.Fatalf("job %s never became one of %v: %+v", id, statuses, c.status(id))
	return jobStatus{}
}

func py(format string, args ...any) string { return fmt.Sprintf(format, args...) }
