package mcptool

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

const (
	// structuredFactor is how much more of MAX_OUTPUT_CHARS the rows may take
	// as structure than as text: a program reads them, and the usual thousand
	// rows of a usual table are to get through.
	structuredFactor = 4
	// maxCell bounds a cell in the text, in characters; the structure has it whole.
	maxCell = 80
)

// rows renders a query's answer. Rows that do not fit are left out of the end
// and count as truncated: offset gets them. So do columns.
func (c *call) rows(ref orchestrator.Ref, t orchestrator.Table, offset int) reply {
	a := &queryAnswer{SessionID: ref.ID, Columns: columnsOf(t.Columns), Rows: make([][]any, len(t.Rows)), Offset: offset, Total: t.Total, Truncated: t.Cut,
		Remarks: fittingText(t.Notes, c.settings.MaxOutputChars/4)}
	room := structuredFactor * c.settings.MaxOutputChars
	a.boundColumns(room / 2)
	for i, row := range t.Rows {
		cut := false
		a.Rows[i], cut = values(row[:min(len(row), len(a.Columns))], room)
		a.Truncated = a.Truncated || cut
	}
	n := fitting(len(a.Rows), room, func(i int) int { return jsonSize(a.Rows[i]) })
	a.Rows, a.Returned, a.Truncated = a.Rows[:n], n, a.Truncated || n < len(a.Rows)
	if t.File != "" {
		a.File, a.FileURL = inCode(ref.ID, t.File), c.link(ref, t.File)
	}
	for _, f := range t.Written {
		a.Written = append(a.Written, inCode(ref.ID, f.Path))
	}
	a.Written = fittingText(a.Written, c.settings.MaxOutputChars/8)
	return reply{text: c.rowsText(a), data: a}
}

// boundColumns keeps those whose names go into room characters.
func (a *queryAnswer) boundColumns(room int) {
	all := len(a.Columns)
	a.Columns = fittingColumns(a.Columns, room)
	if left := all - len(a.Columns); left > 0 {
		a.Truncated = true
		a.Remarks = append(a.Remarks, fmt.Sprintf("the last %s are not here: select fewer", plural(int64(left), "column")))
	}
}

// fittingText keeps the first lines that go into room characters.
func fittingText(lines []string, room int) []string {
	return lines[:fitting(len(lines), room, func(i int) int { return chars(lines[i]) })]
}

// values makes a row fit for JSON, which has no NaN and no infinity, and for
// the reply: one that is larger than room alone has its text cut. It never
// returns nil.
func values(row []any, room int) (out []any, cut bool) {
	out = make([]any, len(row))
	for i, v := range row {
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			v = strconv.FormatFloat(f, 'g', -1, 64)
		}
		out[i] = v
	}
	if jsonSize(out) <= room {
		return out, false
	}
	for i, v := range out {
		if jsonSize([]any{v}) > room/len(out) {
			text, ok := v.(string)
			if !ok {
				text = cell(v)
			}
			out[i] = clip(text, room/len(out))
		}
	}
	return out, true
}

func jsonSize(row []any) int {
	b, err := json.Marshal(row)
	if err != nil {
		return 0
	}
	return len(b) + 1
}

// rowsText is the table with what it holds and lacks said below it.
func (c *call) rowsText(a *queryAnswer) string {
	parts := []string{c.tableText(a)}
	if len(a.Written) > 0 {
		parts = append(parts, "Files written: "+strings.Join(a.Written, ", "))
	}
	for _, remark := range a.Remarks {
		parts = append(parts, "Note: "+remark)
	}
	return paragraphs(parts...)
}

func (c *call) tableText(a *queryAnswer) string {
	if len(a.Columns) == 0 {
		return "The statement is done; it gave no rows."
	}
	room := c.settings.MaxOutputChars
	columns := fitting(len(a.Columns), room/4, func(i int) int { return min(chars(a.Columns[i].Name), maxCell) + len(columnGap) })
	g := newGrid(cells(a, columns))
	shown := g.fitting(room)
	words := paragraphs(g.text(shown), a.count(shown))
	if more := len(a.Columns) - columns; more > 0 {
		words += fmt.Sprintf(" %s not shown: select fewer.", plural(int64(more), "more column"))
	}
	if a.File != "" {
		words += " The whole result is in " + oneLine(a.File) + "."
		if a.FileURL != "" {
			words += " Download: " + a.FileURL
		}
	}
	return words
}

// cells are the header and the rows as text, with the columns of numbers.
func cells(a *queryAnswer, columns int) ([][]string, map[int]bool) {
	header, right := make([]string, columns), map[int]bool{}
	for i, col := range a.Columns[:columns] {
		header[i] = clip(cell(col.Name), maxCell)
		right[i] = len(a.Rows) > 0
	}
	out := [][]string{header}
	for _, row := range a.Rows {
		line := make([]string, columns)
		for i := range line {
			if i < len(row) {
				line[i] = clip(cell(row[i]), maxCell)
				right[i] = right[i] && numeric(row[i])
			}
		}
		out = append(out, line)
	}
	return out, right
}

func numeric(v any) bool {
	switch v.(type) {
	case json.Number, float64, int, int64, nil:
		return true
	}
	return false
}

// cell writes a value on one line, every digit of a number as it came.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		if strings.ContainsFunc(v, unicode.IsControl) {
			v = strconv.Quote(v)
			v = v[1 : len(v)-1]
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	default:
		return asJSON(v)
	}
}

// count says which rows those are, of how many, and how to get more.
func (a *queryAnswer) count(shown int) string {
	if a.Returned == 0 {
		if a.Offset > 0 {
			return fmt.Sprintf("No rows from offset %d on; there are %s in all.", a.Offset, a.total())
		}
		return "No rows."
	}
	words := fmt.Sprintf("Rows %s–%s of %s", humanize.Comma(int64(a.Offset+1)), humanize.Comma(int64(a.Offset+a.Returned)), a.total())
	if shown < a.Returned {
		words += fmt.Sprintf("; this text shows the first %d of them, offset=%d shows the next", shown, a.Offset+shown)
	}
	if a.Truncated {
		words += fmt.Sprintf("; truncated: more from offset=%d on", a.Offset+a.Returned)
	}
	return words + "."
}

func (a *queryAnswer) total() string {
	if a.Total < 0 {
		return "a number not known"
	}
	return humanize.Comma(a.Total)
}
