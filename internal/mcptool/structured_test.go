package mcptool_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

func TestRepliesWithStructure(t *testing.T) {
	c := connect(t, working(), mcptool.Options{})
	for _, tool := range names {
		if res := call(t, c, tool, good(tool)); res.StructuredContent != nil {
			golden(t, "structured/"+tool+".txt", shown(t, res))
		}
	}
}

// TestNothingIsNull holds that a client may go over every list of an answer
// without a look whether it is there.
func TestNothingIsNull(t *testing.T) {
	svc := working()
	svc.OnLoad, svc.OnQuery, svc.OnDatasets, svc.OnFiles, svc.OnJob = nil, nil, nil, nil, nil
	c := connect(t, svc, mcptool.Options{})
	for _, tool := range names {
		res := call(t, c, tool, good(tool))
		if all := shown(t, res); strings.Contains(all, "null") {
			t.Errorf("%s: %s", tool, all)
		}
	}
}

func columns(n int) []orchestrator.Column {
	out := make([]orchestrator.Column, n)
	for i := range out {
		out[i] = orchestrator.Column{Name: fmt.Sprintf("column_%03d", i), Type: "float64"}
	}
	return out
}

// answerOf decodes an answer's structure.
func answerOf[A any](t *testing.T, raw json.RawMessage) A {
	t.Helper()
	var a A
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return a
}

type queried struct {
	Rows      [][]any
	Returned  int
	Offset    int
	Total     int64 `json:"total_rows"`
	Truncated bool
}

// numbered is a table of n rows with cells of that text.
func numbered(n, width int, text string) orchestrator.Table {
	t := orchestrator.Table{Columns: columns(width), Rows: make([][]any, n), Total: int64(n)}
	for i := range t.Rows {
		t.Rows[i] = make([]any, width)
		for j := range width {
			t.Rows[i][j] = text
		}
	}
	return t
}

func TestQueryResultsSayWhatTheyHold(t *testing.T) {
	cut := numbered(1000, 2, "abc")
	cut.Total, cut.Cut, cut.File = 5321, true, "outputs/a3f9c1b2.parquet"
	unknown := numbered(1, 1, "a\nb\t\"c\"")
	unknown.Total = -1
	for name, test := range map[string]struct {
		table    orchestrator.Table
		offset   int
		returned int // -1 for fewer than there are
		cut      bool
		says     []string
	}{
		"whole":          {numbered(2, 2, "abc"), 0, 2, false, []string{"Rows 1–2 of 2."}},
		"cut":            {cut, 0, 1000, true, []string{"Rows 1–1,000 of 5,321; this text shows the first", "truncated: more from offset=1000 on", "/app/sandbox_data/analysis/outputs/a3f9c1b2.parquet"}},
		"further":        {cut, 3000, 1000, true, []string{"Rows 3,001–4,000 of 5,321", "more from offset=4000 on"}},
		"none":           {numbered(0, 2, ""), 0, 0, false, []string{"column_001", "No rows."}},
		"past":           {orchestrator.Table{Columns: columns(1), Total: 7}, 100, 0, false, []string{"No rows from offset 100 on; there are 7 in all"}},
		"unknown":        {unknown, 0, 1, false, []string{"of a number not known", `a\nb\t\"c\"`}},
		"no rows at all": {orchestrator.Table{}, 0, 0, false, []string{"gave no rows"}},
		"wide":           {numbered(3, 500, "abc"), 0, 3, false, []string{"column_000", "more columns not shown: select fewer"}},
		"long rows":      {numbered(1000, 1, strings.Repeat("x", 1000)), 0, -1, true, []string{"of 1,000", "x…"}},
		"one huge cell":  {numbered(1, 2, strings.Repeat("x", 3_000_000)), 0, 1, true, []string{"Rows 1–1 of 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			svc := working()
			svc.OnQuery = func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
				return test.table, nil
			}
			args := with("query_dataset", "offset", test.offset)
			res := call(t, connect(t, svc, mcptool.Options{}), "query_dataset", args)
			a, text := answerOf[queried](t, res.RawStructuredContent), textOf(res)
			if a.Returned != len(a.Rows) || a.Truncated != test.cut || a.Total != test.table.Total || a.Offset != test.offset {
				t.Errorf("returned %d, %d rows, truncated %v, total %d, offset %d", a.Returned, len(a.Rows), a.Truncated, a.Total, a.Offset)
			}
			if test.returned >= 0 && a.Returned != test.returned || test.returned < 0 && a.Returned >= len(test.table.Rows) {
				t.Errorf("%d rows returned", a.Returned)
			}
			for _, want := range test.says {
				if !strings.Contains(text, want) {
					t.Errorf("lacks %q:\n%s", want, text)
				}
			}
			if n := len(text); n > told.MaxOutputChars+500 {
				t.Errorf("the text has %d bytes", n)
			}
			if n := len(res.RawStructuredContent); n > 4*told.MaxOutputChars+50_000 { // 500 columns' names
				t.Errorf("the structure has %d bytes", n)
			}
		})
	}
}

func TestTablesAreReadable(t *testing.T) {
	svc := working()
	svc.OnQuery = func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
		return orchestrator.Table{
			Columns: []orchestrator.Column{{Name: "region", Type: "VARCHAR"}, {Name: "total", Type: "DECIMAL"}, {Name: "tags", Type: "VARCHAR[]"}, {Name: "ok", Type: "BOOLEAN"}},
			Rows: [][]any{
				{"north", json.Number("12345678901234567890.5"), []any{"a", json.Number("1")}, true},
				{"Zürich", json.Number("7"), map[string]any{"k": nil}, false},
				{strings.Repeat("long ", 50), nil, nil, nil},
			}, Total: 3,
		}, nil
	}
	golden(t, "structured/table.txt", shown(t, call(t, connect(t, svc, mcptool.Options{}), "query_dataset", good("query_dataset"))))
}

func TestListsAreBoundedAndSaySo(t *testing.T) {
	svc := working()
	svc.OnFiles = func(context.Context, orchestrator.Ref) (orchestrator.Listing, error) {
		l := orchestrator.Listing{Truncated: true}
		for i := range 1000 {
			l.Files = append(l.Files, file(fmt.Sprintf("%s/%d.csv", strings.Repeat("d", 100), i), 1))
		}
		return l, nil
	}
	svc.OnDatasets = func(context.Context, orchestrator.Ref) (orchestrator.Datasets, error) {
		d := orchestrator.Datasets{Stale: true}
		for i := range 300 {
			d.Items = append(d.Items, orchestrator.Dataset{Name: fmt.Sprintf("df%d", i), Rows: 1_234_567, ColumnCount: 500, Columns: columns(100), Bytes: 1 << 30})
		}
		return d, nil
	}
	svc.OnLoad = func(context.Context, orchestrator.Ref, orchestrator.Load) (orchestrator.Dataset, error) {
		return orchestrator.Dataset{Name: "df", Rows: 9, ColumnCount: 500, Columns: append(columns(99), orchestrator.Column{Name: strings.Repeat("n", 100_000)}), Preview: strings.Repeat("row\n", 50_000)}, nil
	}
	c := connect(t, svc, mcptool.Options{})
	for tool, says := range map[string][]string{
		"list_files":    {"files in /app/sandbox_data/analysis", "or more older ones", `"truncated": true`},
		"list_datasets": {"300 DataFrames", "1,234,567 rows × 500 columns", "as last known: the kernel is busy", "more, not shown", `"stale": true`, `"truncated": true`},
		"load_dataset":  {"9 rows × 500 columns", "and 400 more: list(df.columns)", "characters cut"},
	} {
		res := call(t, c, tool, good(tool))
		all := shown(t, res)
		for _, want := range says {
			if !strings.Contains(all, want) {
				t.Errorf("%s: lacks %q:\n%s", tool, want, all)
			}
		}
		if text, structure := len(textOf(res)), len(res.RawStructuredContent); text > told.MaxOutputChars*5/4 || structure > 4*told.MaxOutputChars {
			t.Errorf("%s: %d bytes of text, %d of structure", tool, text, structure)
		}
	}
}

func TestALookAtAJobShowsTheEndOfItsOutput(t *testing.T) {
	e := ended(orchestrator.StatusCompleted, orchestrator.Reply{Output: strings.Repeat("ä", 50_000), Tail: "\nlast line\n"})
	res := call(t, connect(t, answering(e), mcptool.Options{}), "get_job_status", good("get_job_status"))
	a := answerOf[struct {
		Tail string `json:"output_tail"`
	}](t, res.RawStructuredContent)
	if !strings.HasSuffix(a.Tail, "ä\nlast line\n") || len(a.Tail) > 2*2000 || !strings.Contains(textOf(res), "last line") {
		t.Error(textOf(res))
	}
}

func TestANameThatWasCleanedIsTold(t *testing.T) {
	svc := working()
	svc.OnFetch = func(context.Context, orchestrator.Ref, string, string) (orchestrator.Artifact, error) {
		return file("a_b.csv", 2000), nil
	}
	c := connect(t, svc, mcptool.Options{})
	golden(t, "structured/cleaned.txt", shown(t, call(t, c, "fetch_from_url", with("fetch_from_url", "filename", "sub/a:b.csv"))))
}

func TestErrorsOfTheServiceAreToldInItsWords(t *testing.T) {
	svc := working()
	svc.OnQuery = func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
		return orchestrator.Table{}, orchestrator.Errorf(orchestrator.CodeSQL, "no table dff; near in name: df\n%s", strings.Repeat("x", 100_000))
	}
	svc.OnDelete = func(context.Context, orchestrator.Ref) error {
		return fmt.Errorf("open /srv/data/secret: no such file")
	}
	c := connect(t, svc, mcptool.Options{})
	res := call(t, c, "query_dataset", good("query_dataset"))
	if text := textOf(res); !res.IsError || !strings.HasPrefix(text, "query_failed: no table dff; near in name: df") || len(text) > told.MaxOutputChars {
		t.Error(text)
	}
	res = call(t, c, "delete_session", good("delete_session"))
	if text := textOf(res); !res.IsError || !strings.HasPrefix(text, "internal: ") || strings.Contains(text, "/srv") {
		t.Error(text)
	}
}
