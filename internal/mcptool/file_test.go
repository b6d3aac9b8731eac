package mcptool_test

import (
	"context"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// png is the start of a PNG of that many pixels a side, no more than its header.
func png(edge byte) string {
	return "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00" + string([]byte{edge, 0}) + "\x00\x00\x00\x10\x08\x06\x00\x00\x00"
}

func fetched(t *testing.T, name, kind, content string, opts mcptool.Options) *mcp.CallToolResult {
	t.Helper()
	svc := working()
	svc.OnOpen = func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
		return open(orchestrator.Artifact{Path: name, MIME: kind, Modified: began}, content), nil
	}
	return call(t, connect(t, svc, opts), "fetch_file", map[string]any{"filename": name, "session_id": "analysis"})
}

func TestFilesComeByWhatIsInThem(t *testing.T) {
	long := strings.Repeat("€uro\n", 10_000)
	big := strings.Repeat("\x00", 8<<20+1)
	for name, test := range map[string]struct{ file, kind, content string }{
		"csv":                 {"data.csv", "text/csv", "a,b\n1,2\n"},
		"json":                {"data.json", "application/json", `{"a":1}`},
		"notebook":            {"x.ipynb", "application/x-ipynb+json", `{}`},
		"sniffed text":        {"README", "text/plain; charset=utf-8", "hello"},
		"empty text":          {"x.txt", "text/plain", ""},
		"picture":             {"x.png", "image/png", png(1)},
		"picture, misnamed":   {"x.jpg", "image/jpeg", png(1)},
		"picture, odd name":   {"x", "application/octet-stream", png(1)},
		"picture, too wide":   {"x.png", "image/png", png(0x20)},
		"picture too large":   {"x.png", "image/png", png(1) + strings.Repeat("\x00", 3<<20)},
		"no picture":          {"x.png", "image/png", "<script>"},
		"text that is binary": {"x.csv", "text/csv", "a\x00\xff"},
		"workbook":            {"x.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04"},
		"odd path":            {"a b/ü?.bin", "application/octet-stream", "\x00"},
		"large":               {"x.parquet", "application/vnd.apache.parquet", big},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "picture too large" {
				if res := fetched(t, test.file, test.kind, test.content, mcptool.Options{}); !strings.Contains(textOf(res), "too large a picture") {
					t.Error(textOf(res))
				}
				return
			}
			golden(t, "files/"+strings.NewReplacer(" ", "-", ",", "").Replace(name)+".txt", shown(t, fetched(t, test.file, test.kind, test.content, mcptool.Options{})))
		})
	}

	res := fetched(t, "long.txt", "text/plain", long, mcptool.Options{})
	head := res.Content[0].(mcp.TextContent).Text
	if !strings.HasPrefix(long, head) || utf8.RuneCountInString(head) != told.MaxOutputChars {
		t.Errorf("the head of a long text has %d characters", utf8.RuneCountInString(head))
	}
	if rest := textOf(res)[len(head):]; !strings.Contains(rest, "of 70,000 bytes; read the rest in execute_code, from /app/sandbox_data/analysis/long.txt") {
		t.Error(rest)
	}
}

func TestLargeFilesComeAsALinkWhereThereIsOne(t *testing.T) {
	link := func(ref orchestrator.Ref, path string) string {
		return "https://pi.example/files/" + ref.ID + "/" + path
	}
	res := fetched(t, "x.parquet", "application/vnd.apache.parquet", strings.Repeat("\x00", 9<<20), mcptool.Options{Link: link})
	golden(t, "files/large-link.txt", shown(t, res))
}

func TestABinaryFileComesWhole(t *testing.T) {
	content := strings.Repeat("\x00\x01\xff", 50_000)
	res := fetched(t, "x.bin", "application/octet-stream", content, mcptool.Options{})
	blob := res.Content[1].(mcp.EmbeddedResource).Resource.(mcp.BlobResourceContents).Blob
	if got, err := base64.StdEncoding.DecodeString(blob); err != nil || string(got) != content {
		t.Errorf("%d bytes of %d (%v)", len(got), len(content), err)
	}
}

type broken struct{ closer }

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAFileIsClosedAndItsFaultsTold(t *testing.T) {
	svc, closed := working(), false
	svc.OnOpen = func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
		return orchestrator.Content{Artifact: file("x.csv", 5), ReadSeekCloser: watched{broken{}, &closed}}, nil
	}
	res := call(t, connect(t, svc, mcptool.Options{}), "fetch_file", map[string]any{"filename": "x.csv"})
	if text := textOf(res); !res.IsError || !strings.HasPrefix(text, "unavailable: ") || !closed {
		t.Errorf("%q, closed %v", text, closed)
	}
}

type watched struct {
	io.ReadSeekCloser
	closed *bool
}

func (w watched) Close() error { *w.closed = true; return nil }

func TestFetchFileOfAnURLDownloads(t *testing.T) {
	svc := working()
	res := call(t, connect(t, svc, mcptool.Options{}), "fetch_file", map[string]any{"url": "https://example.com/x.csv", "filename": "y.csv"})
	if got := only(t, svc); got.Method != "Fetch" || got.Args[1] != "y.csv" || res.IsError || !strings.Contains(textOf(res), "/app/sandbox_data/default/y.csv") {
		t.Errorf("%v: %s", got, textOf(res))
	}
}
