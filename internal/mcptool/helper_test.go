package mcptool_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

var update = flag.Bool("update", false, "write the golden files")

// told are the bounds that the fake service tells.
var told = orchestrator.Settings{
	MaxOutputChars: 20_000, JobTimeoutMax: 4 * time.Hour, MaxUpload: 64 << 10,
	Sandbox: orchestrator.SandboxLimits{Memory: 4 << 30, CPUs: 2, Pids: 512, Disk: 5 << 30},
}

var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// ended is an execution of session analysis that took 14.2 s.
func ended(status orchestrator.Status, reply orchestrator.Reply) orchestrator.Execution {
	return orchestrator.Execution{
		ID: "a3f9c1b2", Session: orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "analysis"}, Status: status,
		Queued: began, Started: began, Ended: began.Add(14200 * time.Millisecond), Timeout: 120 * time.Second, Reply: reply,
	}
}

func session(id string) orchestrator.Session {
	return orchestrator.Session{ID: id, State: orchestrator.StateIdle, Folder: "/app/sandbox_data/" + id, Created: began, Limits: told.Sandbox}
}

func file(path string, size int64) orchestrator.Artifact {
	return orchestrator.Artifact{Path: path, Size: size, MIME: "text/csv", Modified: began}
}

// open is a file's content as a service gives it.
func open(a orchestrator.Artifact, content string) orchestrator.Content {
	a.Size = int64(len(content))
	return orchestrator.Content{Artifact: a, ReadSeekCloser: closer{strings.NewReader(content)}}
}

type closer struct{ io.ReadSeeker }

func (closer) Close() error { return nil }

// working is a service whose every method succeeds.
func working() *fake.Service {
	done := ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: "hello\n"})
	return &fake.Service{
		Told: told,
		OnExecute: func(_ context.Context, ref orchestrator.Ref, _ orchestrator.Cell, _ func(orchestrator.Output)) (orchestrator.Execution, error) {
			e := done
			e.Session = ref
			return e, nil
		},
		OnSubmit: func(_ context.Context, ref orchestrator.Ref, _ orchestrator.Cell) (orchestrator.Execution, error) {
			return orchestrator.Execution{ID: "a3f9c1b2", Session: ref, Status: orchestrator.StatusQueued, Job: true}, nil
		},
		OnJob:       func(context.Context, string, string) (orchestrator.Execution, error) { return done, nil },
		OnCancelJob: func(context.Context, string, string) (orchestrator.Execution, error) { return done, nil },
		OnLoad: func(_ context.Context, _ orchestrator.Ref, load orchestrator.Load) (orchestrator.Dataset, error) {
			return orchestrator.Dataset{Name: load.Name, Rows: 2, ColumnCount: 1, Columns: []orchestrator.Column{{Name: "region", Type: "object"}},
				Bytes: 1 << 20, Source: "sales.xlsx", Sheet: "Q1", Notes: []string{"hidden sheets: Old"}, Preview: "  region\n0 north\n1 south"}, nil
		},
		OnQuery: func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
			return orchestrator.Table{Columns: []orchestrator.Column{{Name: "region", Type: "VARCHAR"}, {Name: "total", Type: "HUGEINT"}},
				Rows: [][]any{{"north", json.Number("12345678901234567890")}, {nil, json.Number("1.50")}}, Total: 2}, nil
		},
		OnDatasets: func(context.Context, orchestrator.Ref) (orchestrator.Datasets, error) {
			return orchestrator.Datasets{Items: []orchestrator.Dataset{{Name: "df", Rows: 5321, ColumnCount: 1, Columns: []orchestrator.Column{{Name: "a", Type: "int64"}}, Bytes: -1}}}, nil
		},
		OnFetch: func(_ context.Context, _ orchestrator.Ref, _, name string) (orchestrator.Artifact, error) {
			return file(name, 12345), nil
		},
		OnUpload: func(_ context.Context, _ orchestrator.Ref, name string, _ io.Reader) (orchestrator.Artifact, error) {
			return file(name, 5), nil
		},
		OnOpen: func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
			return open(file("data.csv", 0), "a,b\n1,2\n"), nil
		},
		OnFiles: func(context.Context, orchestrator.Ref) (orchestrator.Listing, error) {
			return orchestrator.Listing{Files: []orchestrator.Artifact{file("sub/data.csv", 12345)}}, nil
		},
		OnCreate: func(_ context.Context, ref orchestrator.Ref) (orchestrator.Session, error) {
			return session(ref.ID), nil
		},
		OnReset: func(_ context.Context, ref orchestrator.Ref) (orchestrator.Session, error) {
			return session(ref.ID), nil
		},
	}
}

// connect returns a client of a server over svc. The server refuses an answer
// that its own schema does not allow.
func connect(t *testing.T, svc orchestrator.Service, opts mcptool.Options) *client.Client {
	t.Helper()
	opts.ServerOptions = append(opts.ServerOptions, server.WithOutputSchemaValidation())
	c, err := client.NewInProcessClient(mcptool.NewServer(svc, opts).MCPServer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// call calls a tool with arguments of any JSON.
func call(t *testing.T, c *client.Client, tool string, args any) *mcp.CallToolResult {
	t.Helper()
	return callWith(t.Context(), t, c, tool, args, nil)
}

func callWith(ctx context.Context, t *testing.T, c *client.Client, tool string, args, token any) *mcp.CallToolResult {
	t.Helper()
	req := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: args}}
	if token != nil {
		req.Params.Meta = &mcp.Meta{ProgressToken: token}
	}
	res, err := c.CallTool(ctx, req)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return res
}

// textOf joins a result's text blocks.
func textOf(res *mcp.CallToolResult) string {
	var parts []string
	for _, block := range res.Content {
		if text, ok := block.(mcp.TextContent); ok {
			parts = append(parts, text.Text)
		}
	}
	return strings.Join(parts, "\n")
}

// shown prints all of a result, for goldens.
func shown(t *testing.T, res *mcp.CallToolResult) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "isError: %v\n", res.IsError)
	for _, block := range res.Content {
		switch block := block.(type) {
		case mcp.TextContent:
			fmt.Fprintf(&b, "--- text\n%s\n", block.Text)
		case mcp.ImageContent:
			fmt.Fprintf(&b, "--- image %s %s\n", block.MIMEType, block.Data)
		case mcp.EmbeddedResource:
			fmt.Fprintf(&b, "--- resource %+v\n", block.Resource)
		default:
			fmt.Fprintf(&b, "--- %s\n", indented(t, block))
		}
	}
	if res.StructuredContent != nil {
		fmt.Fprintf(&b, "--- structuredContent\n%s\n", indented(t, res.RawStructuredContent))
	}
	delete(res.Meta.AdditionalFields, mcp.MetaKeyServerInfo) // the library's own
	if len(res.Meta.AdditionalFields) > 0 {
		fmt.Fprintf(&b, "--- _meta\n%s\n", indented(t, res.Meta.AdditionalFields))
	}
	return b.String()
}

func indented(t *testing.T, v any) string {
	t.Helper()
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// golden compares with a file of testdata, byte for byte.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it); got:\n%s", path, got)
	}
}

// reading is an OnUpload that keeps what it got.
func reading(into *string) func(context.Context, orchestrator.Ref, string, io.Reader) (orchestrator.Artifact, error) {
	return func(_ context.Context, _ orchestrator.Ref, name string, content io.Reader) (orchestrator.Artifact, error) {
		b, err := io.ReadAll(content)
		*into = string(b)
		return file(name, int64(len(b))), err
	}
}
