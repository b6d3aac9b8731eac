package mcptool

import (
	"strconv"
	"strings"
	"unicode"
)

const (
	// columnGap stands between two columns.
	columnGap = "  "
	// maxPad bounds the width that a column is padded to, in characters: one
	// long cell is not to widen all the others.
	maxPad = 60
)

// grid is rows of cells, as many in each, the first being the header.
type grid struct {
	rows   [][]string
	right  map[int]bool // columns whose cells stand to the right
	widths []int
}

func newGrid(rows [][]string, right map[int]bool) grid {
	g := grid{rows: rows, right: right, widths: make([]int, len(rows[0]))}
	for _, row := range rows {
		for i, cell := range row {
			g.widths[i] = min(max(g.widths[i], chars(cell)), maxPad)
		}
	}
	return g
}

// fitting counts the rows below the header that go into room characters.
func (g grid) fitting(room int) int {
	line := func(row []string) int {
		n := 1
		for i, cell := range row {
			n += max(chars(cell), g.widths[i]) + len(columnGap)
		}
		return n
	}
	return fitting(len(g.rows)-1, room-line(g.rows[0]), func(i int) int { return line(g.rows[i+1]) })
}

// text writes the header and the first n rows below it, aligned.
func (g grid) text(n int) string {
	lines := make([]string, n+1)
	for i, row := range g.rows[:n+1] {
		cells := make([]string, len(row))
		for j, cell := range row {
			pad := strings.Repeat(" ", max(g.widths[j]-chars(cell), 0))
			if g.right[j] {
				cells[j] = pad + cell
			} else {
				cells[j] = cell + pad
			}
		}
		lines[i] = strings.TrimRight(strings.Join(cells, columnGap), " ")
	}
	return strings.Join(lines, "\n")
}

// oneLine is s as it may stand within a line: quoted where it has line breaks
// or other control characters in it.
func oneLine(s string) string {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return strconv.Quote(s)
	}
	return s
}
