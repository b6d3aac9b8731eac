//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// classic returns a client over the classic event stream, which lasts as long
// as the context that it was opened with.
func classic(t *testing.T) *client {
	t.Helper()
	cs, err := mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "1"}, nil).
		Connect(t.Context(), &mcp.SSEClientTransport{Endpoint: shared.url + "/mcp/sse"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cs.Close() })
	return &client{t, in(t).session, cs}
}

func TestTheClassicEventStreamRunsCodeAndKeepsVariables(t *testing.T) {
	c := classic(t)
	c.wants(c.run("x = 41\nprint('hello over', 'sse')"), "hello over sse")
	c.wants(c.run("x + 1"), "42")
}

// post sends a body to /mcp/sse and returns the status and the answer's body.
func post(t *testing.T, body string) (int, []byte) {
	t.Helper()
	cl := http.Client{Timeout: hang}
	res, err := cl.Post(shared.url+"/mcp/sse", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, raw
}

// answer is what of a JSON-RPC answer these tests look at.
type answer struct {
	ID     int             `json:"id"`
	Error  json.RawMessage `json:"error"`
	Result struct {
		Tools   []struct{ Name string }
		Content []struct{ Text string }
		IsError bool
	} `json:"result"`
}

// answered posts a body that must be answered with 200 and this shape.
func answered[T any](t *testing.T, body string) T {
	t.Helper()
	status, raw := post(t, body)
	var v T
	if err := json.Unmarshal(raw, &v); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v: %s", status, err, raw)
	}
	return v
}

func (a answer) printed(t *testing.T, id int, want string) {
	t.Helper()
	if a.ID != id || a.Error != nil || a.Result.IsError || len(a.Result.Content) == 0 || !strings.Contains(a.Result.Content[0].Text, want) {
		t.Errorf("the answer to %d does not print %q: %+v, error %s", id, want, a, a.Error)
	}
}

// cell is the tools/call request of a cell in the test's session.
func cell(t *testing.T, id int, code string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": map[string]any{
		"name": "execute_code", "arguments": map[string]any{"session_id": sessionName(t), "code": code},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAPostToTheEventStreamIsAnsweredInItsBody(t *testing.T) {
	in(t) // deletes the session afterwards
	answered[answer](t, cell(t, 7, "x = 41; print('in', 'the body')")).printed(t, 7, "in the body")
	batch := answered[[]answer](t, `[{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","method":"notifications/initialized"},`+cell(t, 2, "x + 1")+`]`)
	if len(batch) != 2 || batch[0].ID != 1 {
		t.Fatalf("two requests and a notification were answered by %+v", batch)
	}
	if len(batch[0].Result.Tools) == 0 {
		t.Error("the batch lists no tools")
	}
	batch[1].printed(t, 2, "42")
}

func TestAPostedNotificationIsAcceptedWithoutABody(t *testing.T) {
	for _, body := range []string{
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`[{"jsonrpc":"2.0","method":"notifications/initialized"}]`,
	} {
		if status, raw := post(t, body); status != http.StatusAccepted || len(raw) != 0 {
			t.Errorf("%s: status %d, body %q", body, status, raw)
		}
	}
}

// sandboxes lists the containers of a data folder, running or not.
func sandboxes(t *testing.T, dir string) []string {
	t.Helper()
	out, err := exec.Command("docker", "ps", "--all", "--quiet", "--filter", "label=power-interpreter.data="+dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

func TestStdioRunsCellsAndLeavesNoSandboxBehind(t *testing.T) {
	dir, log := t.TempDir(), &lockedBuffer{}
	cmd := exec.Command(program(), "stdio")
	cmd.Env = append(os.Environ(), "SANDBOX_DATA_DIR="+dir)
	cmd.Stderr = log
	c := &client{t, "stdio", connect(t, &mcp.CommandTransport{Command: cmd, TerminateDuration: hang})}
	res := c.call("execute_code", map[string]any{"code": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nprint('drawn')"})
	c.wants(text(res), "drawn")
	if got := images(res); res.IsError || len(got) != 1 || got[0].MIMEType != "image/png" || len(got[0].Data) == 0 {
		t.Errorf("the cell's chart is not one picture: %s, %d pictures", text(res), len(got))
	}
	if len(sandboxes(t, dir)) == 0 {
		t.Error("no container of this folder: the label that this test looks for is wrong")
	}
	if err := c.Close(); err != nil {
		t.Errorf("closing: %v\n%s", err, log)
	}
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("the process ended as %v\n%s", cmd.ProcessState, log)
	}
	if left := sandboxes(t, dir); len(left) != 0 {
		exec.Command("docker", append([]string{"rm", "--force"}, left...)...).Run()
		t.Errorf("containers are left: %v\n%s", left, log)
	}
}
