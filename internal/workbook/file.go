package workbook

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// The sheets, Sales first: a reader that names none gets it.
const (
	SalesSheet   = "Sales"
	RegionsSheet = "Regions"
	NotesSheet   = "Notes"
)

// Columns are the headings of the sheet Sales.
var Columns = []string{"date", "region", "product", "units", "price", "revenue"}

// Write writes the rows as an xlsx workbook of three sheets.
func Write(w io.Writer, sales []Sale) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", SalesSheet); err != nil {
		return err
	}
	// A built-in format that every reader takes for a date: 14 is day, month
	// and year in the reader's own order (ECMA-376 part 1, 18.8.30).
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return err
	}
	for _, s := range []sheet{salesSheet(sales, day), regionsSheet(sales), notesSheet(len(sales))} {
		if err := s.write(f); err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return f.Write(w)
}

// sheet is a name and its rows, the headings first.
type sheet struct {
	name string
	rows [][]any
}

func (s sheet) write(f *excelize.File) error {
	if _, err := f.NewSheet(s.name); err != nil { // one that is there stays
		return err
	}
	w, err := f.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, row := range s.rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := w.SetRow(cell, row); err != nil {
			return err
		}
	}
	return w.Flush()
}

// salesSheet has revenue as a value: a formula that no spreadsheet program has
// computed yet reads as nothing.
func salesSheet(sales []Sale, day int) sheet {
	var headings []any
	for _, c := range Columns {
		headings = append(headings, c)
	}
	rows := [][]any{headings}
	for _, s := range sales {
		date := excelize.Cell{StyleID: day, Value: s.Date}
		rows = append(rows, []any{date, s.Region, s.Product, s.Units, s.Price.Float(), s.Revenue().Float()})
	}
	return sheet{SalesSheet, rows}
}

func regionsSheet(sales []Sale) sheet {
	counts := map[string]int{}
	for _, s := range sales {
		counts[s.Region]++
	}
	rows := [][]any{{"region", "orders"}}
	for _, r := range regions {
		rows = append(rows, []any{r, counts[r]})
	}
	return sheet{RegionsSheet, rows}
}

func notesSheet(n int) sheet {
	return sheet{NotesSheet, [][]any{
		{"note"},
		{fmt.Sprintf("%d sales of a smithy's wares that never were.", n)},
		{"Prices are in quarters of a unit, so sums are exact."},
	}}
}
