package mcptool_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// only returns the one call that reached the service.
func only(t *testing.T, svc *fake.Service) fake.Call {
	t.Helper()
	calls := svc.Calls()
	if len(calls) != 1 {
		t.Fatalf("calls: %v", calls)
	}
	return calls[0]
}

func TestWhatIsUnambiguousIsTaken(t *testing.T) {
	cell := func(code string, seconds float64) orchestrator.Cell {
		return orchestrator.Cell{Code: code, Timeout: time.Duration(seconds * float64(time.Second))}
	}
	load := orchestrator.Load{File: "x.csv", Name: "df"}
	query := orchestrator.Query{SQL: "FROM df", Limit: 1000}
	tests := []struct {
		tool string
		args any
		want any // the service's first argument
	}{
		{"execute_code", `{"code": "1"}`, cell("1", 120)},
		{"execute_code", map[string]any{"code": "1", "timeout": "5"}, cell("1", 5)},
		{"execute_code", map[string]any{"code": "1", "timeout": 2.5}, cell("1", 2.5)},
		{"execute_code", map[string]any{"code": "1", "sequence": 3}, cell("1", 120)},
		{"execute_code", map[string]any{"code": "1", "timeout": nil, "session_id": nil}, cell("1", 120)},
		{"submit_job", map[string]any{"code": "1", "kwargs": map[string]any{}}, cell("1", 1800)},
		{"submit_job", map[string]any{"code": "1", "kwargs": "{}"}, cell("1", 1800)},
		{"get_job_status", map[string]any{"job_id": " A3F9C1B2\n"}, "a3f9c1b2"},
		{"get_job_status", map[string]any{"job_id": 12345678}, "12345678"},
		{"load_dataset", map[string]any{"file_path": "x.csv", "dataset_name": "df"}, load},
		{"load_dataset", map[string]any{"file_path": "x.csv", "filename": "x.csv", "dataset_name": "df", "sheet_name": ""}, load},
		{"load_dataset", map[string]any{"filename": "x.csv", "dataset_name": "df", "delimiter": ";"}, orchestrator.Load{File: "x.csv", Name: "df", Delimiter: ";"}},
		{"load_dataset", map[string]any{"filename": "x.xlsx", "dataset_name": "df", "delimiter": ","}, orchestrator.Load{File: "x.xlsx", Name: "df"}},
		{"load_dataset", map[string]any{"filename": "x.tsv", "dataset_name": "df", "delimiter": ","}, orchestrator.Load{File: "x.tsv", Name: "df"}},
		{"query_dataset", map[string]any{"sql": "FROM df"}, query},
		{"query_dataset", map[string]any{"query": "FROM df", "limit": "1e3", "offset": 0.0}, query},
		{"fetch_file", map[string]any{"url": "https://example.com/x.csv"}, "https://example.com/x.csv"},
		{"fetch_from_url", map[string]any{"url": "https://example.com/x.csv", "filename": ""}, "https://example.com/x.csv"},
	}
	for _, test := range tests {
		svc := working()
		if res := call(t, connect(t, svc, mcptool.Options{}), test.tool, test.args); res.IsError {
			t.Errorf("%s(%v): %s", test.tool, test.args, textOf(res))
			continue
		}
		if got := only(t, svc).Args[0]; got != test.want {
			t.Errorf("%s(%v): %+v reached the service, want %+v", test.tool, test.args, got, test.want)
		}
	}
}

func TestSessionsAreNamedByTheCaller(t *testing.T) {
	tests := []struct {
		tool string
		args map[string]any
		want string
	}{
		{"execute_code", map[string]any{"code": "1"}, "default"},
		{"execute_code", map[string]any{"code": "1", "session_id": "Q3.x_-"}, "Q3.x_-"},
		{"list_files", map[string]any{"session_id": 2024}, "2024"},
		{"create_session", map[string]any{"name": "audit", "description": "of 2024"}, "audit"},
		{"create_session", map[string]any{"name": "my audit"}, "default"},
		{"create_session", map[string]any{"name": "audit", "session_id": "other"}, "other"},
	}
	for _, test := range tests {
		svc := working()
		res := call(t, connect(t, svc, mcptool.Options{}), test.tool, test.args)
		if want := (orchestrator.Ref{Owner: orchestrator.Anonymous, ID: test.want}); only(t, svc).Ref != want {
			t.Errorf("%s(%v) was on %v, want %v: %s", test.tool, test.args, only(t, svc).Ref, want, textOf(res))
		}
	}
}

func TestACallIsItsOwners(t *testing.T) {
	svc := working()
	c := connect(t, svc, mcptool.Options{})
	ctx := mcptool.WithOwner(t.Context(), "alice")
	callWith(ctx, t, c, "execute_code", map[string]any{"code": "1"}, nil)
	callWith(ctx, t, c, "get_job_status", map[string]any{"job_id": "a3f9c1b2"}, nil)
	for _, got := range svc.Calls() {
		if got.Ref.Owner != "alice" {
			t.Errorf("%s was for owner %q", got.Method, got.Ref.Owner)
		}
	}
}

func TestNearNamesAreSuggested(t *testing.T) {
	c := connect(t, working(), mcptool.Options{})
	for _, test := range []struct{ tool, wrong, want string }{
		{"execute_code", "sesion_id", "session_id"}, {"execute_code", "sessionId", "session_id"}, {"execute_code", "script", "code"},
		{"execute_code", "timeout_seconds", "timeout"}, {"query_dataset", "statement", "query"}, {"upload_file", "content", "content_base64"},
		{"load_dataset", "sheet", "sheet_name"}, {"load_dataset", "path", "filename"}, {"get_job_status", "id", "job_id"},
	} {
		want := fmt.Sprintf("%q (did you mean %s?)", test.wrong, test.want)
		if text := textOf(call(t, c, test.tool, with(test.tool, test.wrong, "x"))); !strings.Contains(text, want) {
			t.Errorf("%s: %q lacks %s", test.tool, text, want)
		}
	}
}

func TestTwoValuesForOneArgumentAreRefused(t *testing.T) {
	c := connect(t, working(), mcptool.Options{})
	res := call(t, c, "query_dataset", map[string]any{"query": "FROM a", "sql": "FROM b"})
	if text := textOf(res); !res.IsError || !strings.Contains(text, "send query only") {
		t.Error(text)
	}
}

func TestCodeRunsWithoutItsFence(t *testing.T) {
	for _, test := range []struct{ sent, ran string }{
		{"```python\nx = 1\nx\n```", "x = 1\nx"},
		{"\n```py  \nx\n```\n\n", "x"},
		{"```\nx\n```", "x"},
		{"~~~IPython\nx\n~~~", "x"},
		{"````python\ns = '''\n```\n'''\n````", "s = '''\n```\n'''"},
		{"```python\r\nx\r\n```", "x\r"},
		{"```sql\nFROM df\n```", "```sql\nFROM df\n```"},
		{"```python\nx\n```\nand\n```python\ny\n```", "```python\nx\n```\nand\n```python\ny\n```"},
		{"Run this:\n```python\nx\n```", "Run this:\n```python\nx\n```"},
		{"```python\nx", "```python\nx"},
		{"s = '''\n```\n'''", "s = '''\n```\n'''"},
		{"  x = 1\n", "  x = 1\n"},
	} {
		for _, tool := range []string{"execute_code", "submit_job"} {
			svc := working()
			call(t, connect(t, svc, mcptool.Options{}), tool, map[string]any{"code": test.sent})
			if got := only(t, svc).Args[0].(orchestrator.Cell).Code; got != test.ran {
				t.Errorf("%s(%q) ran %q, want %q", tool, test.sent, got, test.ran)
			}
		}
	}
}

func TestUploadsAreDecoded(t *testing.T) {
	for _, sent := range []string{"aGVsbG8/", "aGVs\nbG8_", "data:text/plain;base64,aGVsbG8/", " aGVsbG8/\r\n"} {
		svc, got := working(), ""
		svc.OnUpload = reading(&got)
		res := call(t, connect(t, svc, mcptool.Options{}), "upload_file", map[string]any{"filename": "x.txt", "content_base64": sent})
		if got != "hello?" || res.IsError {
			t.Errorf("%q became %q: %s", sent, got, textOf(res))
		}
	}
	svc := working()
	big := strings.Repeat("aaaa", int(told.MaxUpload)/3+1)
	res := call(t, connect(t, svc, mcptool.Options{}), "upload_file", map[string]any{"filename": "x.txt", "content_base64": big})
	if text := textOf(res); !res.IsError || !strings.HasPrefix(text, "too_large: ") || len(svc.Calls()) > 0 {
		t.Error(text)
	}
}
