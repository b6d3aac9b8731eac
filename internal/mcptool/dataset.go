package mcptool

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// datasetAnswer is a DataFrame. Columns may be fewer than column_count.
type datasetAnswer struct {
	Name        string                `json:"name"`
	Rows        int64                 `json:"rows"`
	ColumnCount int                   `json:"column_count"`
	Columns     []orchestrator.Column `json:"columns"`
	Index       []string              `json:"index,omitempty"` // columns too, for SQL
	Bytes       int64                 `json:"bytes"`           // in memory, -1 when not known
	Source      string                `json:"source,omitempty"`
	Sheet       string                `json:"sheet,omitempty"`
}

// columnsSchema is of the columns of a DataFrame or a query's answer.
var columnsSchema = list(object(has("name", aString), has("type", aString)))

var datasetFields = []field{has("name", aString), has("rows", anInt), has("column_count", anInt), has("columns", columnsSchema),
	maybe("index", list(aString)), has("bytes", anInt), maybe("source", aString), maybe("sheet", aString)}

// maxName bounds a column's name and type in characters.
const maxName = 200

// datasetAnswerOf keeps as many columns as go into room characters.
func datasetAnswerOf(d orchestrator.Dataset, room int) datasetAnswer {
	a := datasetAnswer{Name: d.Name, Rows: d.Rows, ColumnCount: d.ColumnCount, Columns: []orchestrator.Column{},
		Bytes: d.Bytes, Source: d.Source, Sheet: d.Sheet}
	a.Columns = fittingColumns(d.Columns, room)
	for _, name := range d.Index {
		a.Index = append(a.Index, clip(name, maxName))
	}
	a.Index = fittingText(a.Index, room/4)
	return a
}

// fittingColumns keeps the first that go into room characters.
func fittingColumns(columns []orchestrator.Column, room int) []orchestrator.Column {
	out := columnsOf(columns)
	return out[:fitting(len(out), room, func(i int) int {
		return chars(out[i].Name) + chars(out[i].Type) + len(`{"name":"","type":""},`)
	})]
}

// columnsOf bounds the names; it never returns nil.
func columnsOf(columns []orchestrator.Column) []orchestrator.Column {
	out := make([]orchestrator.Column, len(columns))
	for i, col := range columns {
		out[i] = orchestrator.Column{Name: clip(col.Name, maxName), Type: clip(col.Type, maxName)}
	}
	return out
}

// shape is the first line of what is told of a DataFrame.
func (a datasetAnswer) shape(session string) string {
	text := fmt.Sprintf("%s: %s × %s", a.Name, plural(a.Rows, "row"), plural(int64(a.ColumnCount), "column"))
	if a.Bytes >= 0 {
		text += ", " + brief(a.Bytes) + " in memory"
	}
	if a.Source != "" {
		text += ", from " + oneLine(inCode(session, a.Source))
	}
	if a.Sheet != "" {
		text += fmt.Sprintf(" (sheet %s)", quote(clip(a.Sheet, maxEcho)))
	}
	return text
}

// columnText lists the columns with their types, and counts those left out.
func (a datasetAnswer) columnText() string {
	var parts []string
	for _, col := range a.Columns {
		parts = append(parts, oneLine(col.Name)+" "+col.Type)
	}
	text := strings.Join(parts, ", ")
	if more := a.ColumnCount - len(a.Columns); more > 0 {
		text += fmt.Sprintf(", and %s more: list(%s.columns) in execute_code", humanize.Comma(int64(more)), a.Name)
	}
	if len(a.Index) > 0 {
		text += "; index, in SQL columns too: " + oneLine(strings.Join(a.Index, ", "))
	}
	return text
}
