package mcptool_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// querying is a service whose every query gives this table.
func querying(table orchestrator.Table) orchestrator.Service {
	svc := working()
	svc.OnQuery = func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
		return table, nil
	}
	return svc
}

func TestAQueryTellsWhatItsReaderShouldKnow(t *testing.T) {
	table := orchestrator.Table{Written: []orchestrator.Artifact{file("sub/out.csv", 12)}, Notes: []string{"df: read as text: p"}}
	golden(t, "structured/done.txt", shown(t, call(t, connect(t, querying(table), mcptool.Options{}), "query_dataset", good("query_dataset"))))
}

func TestWhatAQueryTellsIsBounded(t *testing.T) {
	table := numbered(3, 10_000, "abc")
	for range 100 {
		table.Notes = append(table.Notes, strings.Repeat("n", 8000))
		table.Written = append(table.Written, file(strings.Repeat("f", 4000), 1))
	}
	res := call(t, connect(t, querying(table), mcptool.Options{}), "query_dataset", good("query_dataset"))
	a := answerOf[struct {
		Columns   []orchestrator.Column
		Rows      [][]any
		Truncated bool
		Remarks   []string
	}](t, res.RawStructuredContent)
	left := fmt.Sprintf("the last %d,%03d columns are not here", (10_000-len(a.Columns))/1000, (10_000-len(a.Columns))%1000)
	if len(a.Rows) == 0 || len(a.Rows[0]) != len(a.Columns) || !a.Truncated || !strings.Contains(strings.Join(a.Remarks, "\n"), left) {
		t.Errorf("%d columns, %d rows, truncated %v, remarks of %d", len(a.Columns), len(a.Rows), a.Truncated, len(a.Remarks))
	}
	if !strings.Contains(textOf(res), left) {
		t.Errorf("the text lacks %q", left)
	}
	if text, structure := len(textOf(res)), len(res.RawStructuredContent); text > 2*told.MaxOutputChars || structure > 5*told.MaxOutputChars {
		t.Errorf("%d bytes of text, %d of structure", text, structure)
	}
}

func TestDatasetsNameTheIndexThatSQLSees(t *testing.T) {
	svc := working()
	svc.OnDatasets = func(context.Context, orchestrator.Ref) (orchestrator.Datasets, error) {
		return orchestrator.Datasets{Items: []orchestrator.Dataset{{
			Name: "totals", Rows: 2, ColumnCount: 1, Columns: []orchestrator.Column{{Name: "revenue", Type: "int64"}}, Index: []string{"region", "year"},
		}}}, nil
	}
	all := shown(t, call(t, connect(t, svc, mcptool.Options{}), "list_datasets", good("list_datasets")))
	for _, want := range []string{"revenue int64; index, in SQL columns too: region, year", "\"index\": [\n        \"region\""} {
		if !strings.Contains(all, want) {
			t.Errorf("lacks %q:\n%s", want, all)
		}
	}
}

func TestABusyKernelWithNothingKnownSaysSo(t *testing.T) {
	svc := working()
	svc.OnDatasets = func(context.Context, orchestrator.Ref) (orchestrator.Datasets, error) {
		return orchestrator.Datasets{Stale: true}, nil
	}
	text := textOf(call(t, connect(t, svc, mcptool.Options{}), "list_datasets", good("list_datasets")))
	if !strings.Contains(text, "busy") || strings.Contains(text, "No DataFrames") {
		t.Error(text)
	}
}
