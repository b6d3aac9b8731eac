package mcptool_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/mcptool"
)

// names are the tools of the contract.
var names = []string{
	"cancel_job", "create_session", "delete_session", "execute_code", "fetch_file", "fetch_from_url", "get_job_result",
	"get_job_status", "list_datasets", "list_files", "load_dataset", "query_dataset", "reset_session", "submit_job", "upload_file",
}

// bare is a tool as JSON, the way it went over the wire.
type bare map[string]json.RawMessage

func listed(t *testing.T) []bare {
	t.Helper()
	srv := mcptool.NewServer(working(), mcptool.Options{Version: "test"})
	answer := srv.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Result struct{ Tools []bare } }
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	return got.Result.Tools
}

func TestEveryToolIsDefinedAsReviewed(t *testing.T) {
	tools := listed(t)
	if len(tools) != len(names) {
		t.Errorf("%d tools, want %d", len(tools), len(names))
	}
	for i, tool := range tools {
		var name string
		if err := json.Unmarshal(tool["name"], &name); err != nil || name != names[i] {
			t.Errorf("tool %d is %q, want %q (%v)", i, name, names[i], err)
		}
		golden(t, name+".json", indented(t, tool)+"\n")
	}
}

// TestToolListKeepsItsBudget holds what the tools cost every agent that lists
// them: a token is about four bytes of JSON.
func TestToolListKeepsItsBudget(t *testing.T) {
	text, total := "", 0
	for _, tool := range listed(t) {
		b, err := json.Marshal(tool)
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%5d %s\n", len(b)/4, tool["name"])
		total += len(b)
	}
	golden(t, "budget.txt", fmt.Sprintf("%s%5d tokens in all, about\n", text, total/4))
}

func TestEveryToolSaysWhatItMayDo(t *testing.T) {
	for _, tool := range listed(t) {
		var a mcp.ToolAnnotation
		if err := json.Unmarshal(tool["annotations"], &a); err != nil {
			t.Fatal(err)
		}
		if a.ReadOnlyHint == nil || a.DestructiveHint == nil || a.IdempotentHint == nil || a.OpenWorldHint == nil {
			t.Errorf("%s leaves a hint to the reader's default: %s", tool["name"], tool["annotations"])
		}
		if open := string(tool["name"]) == `"fetch_from_url"`; a.OpenWorldHint != nil && *a.OpenWorldHint != open {
			t.Errorf("%s: openWorldHint is %v", tool["name"], *a.OpenWorldHint)
		}
	}
}

func TestOlderArgumentsAreNotPublished(t *testing.T) {
	hidden := map[string][]string{
		"load_dataset": {"file_path", "delimiter"}, "query_dataset": {"sql"}, "create_session": {"name", "description"},
		"fetch_file": {"url"}, "execute_code": {"sequence"}, "submit_job": {"kwargs"},
	}
	for _, tool := range listed(t) {
		var name string
		var input struct{ Properties map[string]json.RawMessage }
		if json.Unmarshal(tool["name"], &name) != nil || json.Unmarshal(tool["inputSchema"], &input) != nil {
			t.Fatalf("%s", tool)
		}
		for _, arg := range hidden[name] {
			if _, published := input.Properties[arg]; published {
				t.Errorf("%s publishes %s", name, arg)
			}
		}
	}
}
