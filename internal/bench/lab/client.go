package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// protocol is the version that the client asks for.
const protocol = "2025-06-18"

// maxReply bounds a reply, in bytes.
const maxReply = 64 << 20

// Client speaks raw Streamable HTTP on one connection, which it keeps. It may
// be used by one goroutine at a time.
type Client struct {
	url    string
	http   connection
	id     string // what the server called us
	serial int
}

// Reply is a tool's.
type Reply struct {
	IsError bool `json:"isError"`
	Content []struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		MimeType string `json:"mimeType"`
	} `json:"content"`
	Structured json.RawMessage `json:"structuredContent"`
}

// Text joins the text of a reply.
func (r Reply) Text() string {
	var b strings.Builder
	for _, c := range r.Content {
		b.WriteString(c.Text)
	}
	return b.String()
}

// Has says whether a reply has a block of a MIME type.
func (r Reply) Has(mime string) bool {
	for _, c := range r.Content {
		if c.MimeType == mime {
			return true
		}
	}
	return false
}

// Connect connects a client to the server.
func (s *Server) Connect(ctx context.Context) (*Client, error) {
	at, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{url: s.URL, http: connection{address: at.Host}}
	var hello struct {
		ProtocolVersion string `json:"protocolVersion"`
	}
	if err := c.ask(ctx, "initialize", map[string]any{
		"protocolVersion": protocol, "capabilities": map[string]any{},
		"clientInfo": map[string]string{"name": "bench", "version": "1"},
	}, &hello); err != nil {
		return nil, err
	}
	return c, c.post(ctx, map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"}, nil)
}

// Close drops the connection.
func (c *Client) Close() { c.http.close() }

// Call calls a tool. A tool's own error is a reply, not an error.
func (c *Client) Call(ctx context.Context, tool string, arguments map[string]any) (Reply, error) {
	var r Reply
	return r, c.ask(ctx, "tools/call", map[string]any{"name": tool, "arguments": arguments}, &r)
}

// Do calls a tool that must succeed.
func (c *Client) Do(ctx context.Context, tool string, arguments map[string]any) (Reply, error) {
	r, err := c.Call(ctx, tool, arguments)
	if err == nil && r.IsError {
		err = fmt.Errorf("%s: %.500s", tool, r.Text())
	}
	return r, err
}

// Run executes code in a session, which must succeed.
func (c *Client) Run(ctx context.Context, session, code string) (Reply, error) {
	return c.Do(ctx, "execute_code", map[string]any{"session_id": session, "code": code})
}

// Delete deletes a session.
func (c *Client) Delete(ctx context.Context, session string) error {
	_, err := c.Do(ctx, "delete_session", map[string]any{"session_id": session})
	return err
}

func (c *Client) ask(ctx context.Context, method string, params, result any) error {
	c.serial++
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	err := c.post(ctx, map[string]any{"jsonrpc": "2.0", "id": c.serial, "method": method, "params": params}, &answer)
	if err != nil {
		return err
	}
	if answer.Error != nil {
		return fmt.Errorf("%s: %s", method, answer.Error.Message)
	}
	return json.Unmarshal(answer.Result, result)
}

func (c *Client) post(ctx context.Context, message, answer any) error {
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	if c.id != "" {
		request.Header.Set("Mcp-Session-Id", c.id)
		request.Header.Set("Mcp-Protocol-Version", protocol)
	}
	response, err := c.http.do(ctx, request)
	if err != nil {
		return err
	}
	defer c.http.done(response)
	if response.StatusCode >= http.StatusBadRequest {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return fmt.Errorf("the server: %s: %s", response.Status, said)
	}
	if id := response.Header.Get("Mcp-Session-Id"); id != "" {
		c.id = id
	}
	return read(response, answer)
}

// read reads an answer to its end, so that the connection is used again.
func read(response *http.Response, answer any) error {
	if answer == nil {
		_, err := io.Copy(io.Discard, response.Body)
		return err
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		text, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
		if err != nil {
			return err
		}
		return json.Unmarshal(text, answer)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxReply)
	found := false
	for lines.Scan() {
		data, isData := bytes.CutPrefix(lines.Bytes(), []byte("data:"))
		if !isData || !bytes.Contains(data, []byte(`"id"`)) {
			continue
		}
		if err := json.Unmarshal(data, answer); err != nil {
			return err
		}
		found = true
	}
	if !found && lines.Err() == nil {
		return io.ErrUnexpectedEOF
	}
	return lines.Err()
}
