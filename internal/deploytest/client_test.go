//go:build deploy

package deploytest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// caller speaks to a server at its URL, as a client would.
type caller struct {
	t    *testing.T
	url  string // of its root, without a slash at the end
	http *http.Client
}

// plain is a caller over HTTP to a port of this host.
func plain(t *testing.T, port string) *caller {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t, "http://127.0.0.1:" + port, &http.Client{Transport: transport}}
}

// secure is a caller by HTTPS of a name that leads to a port of this host.
func secure(t *testing.T, url, port string, roots *x509.CertPool) *caller {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t, url, &http.Client{Transport: transport}}
}

// bearer adds the key to each request.
type bearer struct{ http.RoundTripper }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+key)
	return b.RoundTripper.RoundTrip(r)
}

func (c *caller) keyed() *http.Client { return &http.Client{Transport: bearer{c.http.Transport}} }

// ready waits until the server says that it can serve.
func (c *caller) ready() *caller {
	c.t.Helper()
	var last string
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		res, err := c.http.Get(c.url + "/health")
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return c
		}
		last = string(body)
	}
	c.t.Fatalf("%s is never ready: %s", c.url, last)
	return nil
}

// dial is an MCP client by a transport.
func (c *caller) dial(transport mcp.Transport, options *mcp.ClientOptions) *mcp.ClientSession {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background()) // the event stream's, as long as the session
	c.t.Cleanup(cancel)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "deploytest", Version: "1"}, options).Connect(ctx, transport, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { session.Close() })
	return session
}

func (c *caller) streamable() mcp.Transport {
	return &mcp.StreamableClientTransport{Endpoint: c.url + "/mcp", HTTPClient: c.keyed()}
}

// run executes code that must succeed, and returns the text of its reply.
func (c *caller) run(code string) string {
	c.t.Helper()
	session := c.dial(c.streamable(), nil)
	defer session.Close()
	return execute(c.t, session, code)
}

func execute(t *testing.T, session *mcp.ClientSession, code string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	res, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "execute_code", Arguments: map[string]any{"code": code, "session_id": "s"}})
	if err != nil {
		t.Fatal(err)
	}
	if res.IsError {
		t.Fatal(text(res))
	}
	return text(res)
}

func text(res *mcp.CallToolResult) string {
	var parts []string
	for _, block := range res.Content {
		if b, isText := block.(*mcp.TextContent); isText {
			parts = append(parts, b.Text)
		}
	}
	return strings.Join(parts, "\n")
}

// says runs code whose reply must have this in it.
func (c *caller) says(code, want string) {
	c.t.Helper()
	if got := c.run(code); !strings.Contains(got, want) {
		c.t.Errorf("%s: %q is not in %q", code, want, got)
	}
}

// onHost is the file of the session as the host has it.
func onHost(t *testing.T, dir, name string) string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(dir, "sandboxes", "*", "s", name))
	if len(found) != 1 {
		t.Fatalf("%s is in %d places below %s", name, len(found), dir)
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func wants(t *testing.T, got string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not in:\n%s", w, got)
		}
	}
}
