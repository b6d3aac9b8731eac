package tour

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"power-interpreter/internal/demo/show"
	"power-interpreter/internal/workbook"
)

func (t Tour) checkFetched(r reply) (string, error) {
	var saved struct {
		Path string
		Size int
	}
	if err := r.structure(&saved); err != nil {
		return "", err
	}
	want := t.inSandbox(bookName)
	if saved.Path != want || !strings.Contains(r.text(), want) {
		return "", fmt.Errorf("the answer must name %s in its text and its structure; the structure says %q", want, saved.Path)
	}
	if saved.Size != t.Size {
		return "", fmt.Errorf("%d bytes arrived; the workbook has %d", saved.Size, t.Size)
	}
	return fmt.Sprintf("all %d bytes arrived", t.Size), nil
}

// headRows is what pandas shows of a head.
const headRows = 5

func (t Tour) checkRead(r reply) (string, error) {
	shape := fmt.Sprintf("(%d, %d)", len(t.Sales), len(workbook.Columns))
	wanted := append([]string{shape}, workbook.Columns...)
	for _, s := range t.Sales[:min(headRows, len(t.Sales))] {
		wanted = append(wanted, s.Date.Format("2006-01-02"), s.Region, s.Product, strconv.Itoa(s.Units))
	}
	text := r.text()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			return "", fmt.Errorf("the answer must show the shape %s and the first %d rows; there is no %q in it", shape, headRows, w)
		}
	}
	return fmt.Sprintf("shape %s and the first rows are the workbook's", shape), nil
}

// checkTotals holds the answer against our own sums, to the last bit.
func (t Tour) checkTotals(r reply) (string, error) {
	var table struct{ Rows [][]any }
	if err := r.structure(&table); err != nil {
		return "", err
	}
	want := workbook.Totals(t.Sales)
	if len(table.Rows) != len(want) {
		return "", fmt.Errorf("%d rows came; there are %d regions", len(table.Rows), len(want))
	}
	text := strings.ReplaceAll(r.text(), ",", "") // of thousands
	for i, w := range want {
		if err := checkTotal(table.Rows[i], w); err != nil {
			return "", fmt.Errorf("row %d: %w", i+1, err)
		}
		if total := plain(w.Revenue.Float()); !strings.Contains(text, w.Region) || !strings.Contains(text, total) {
			return "", fmt.Errorf("the text of the answer lacks %s's %s", w.Region, total)
		}
	}
	return fmt.Sprintf("all %d totals equal our own sums exactly", len(want)), nil
}

func checkTotal(row []any, want workbook.Total) error {
	if len(row) != 2 {
		return fmt.Errorf("%d values instead of region and total", len(row))
	}
	region, _ := row[0].(string)
	total, isNumber := row[1].(float64)
	if !isNumber || region != want.Region || total != want.Revenue.Float() {
		return fmt.Errorf("%v sold for %s, it says; by our own sums it is %s for %s", row[0], plain(row[1]), want.Region, plain(want.Revenue.Float()))
	}
	return nil
}

// plain writes a number without an exponent, as a table does.
func plain(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprintf("%#v", v)
}

func (t Tour) checkDrawn(r reply) (string, error) {
	images := r.images()
	if len(images) != 1 {
		return "", fmt.Errorf("the cell made one chart; %d came back", len(images))
	}
	size, err := checkChart(images[0])
	if err != nil {
		return "", err
	}
	if n := len(images[0].Data); n > maxInline {
		return "", fmt.Errorf("the inline chart is %s; at most %s are due", show.Bytes(n), show.Bytes(maxInline))
	}
	if !strings.Contains(r.text(), t.inSandbox(chartName)) {
		return "", fmt.Errorf("the answer does not name the file %s", t.inSandbox(chartName))
	}
	return fmt.Sprintf("the chart came back inline, a PNG of %d×%d with bars in it", size.X, size.Y), nil
}

func checkFile(r reply, chart *[]byte) (string, error) {
	images := r.images()
	if len(images) != 1 {
		return "", fmt.Errorf("the file is one image; %d came back", len(images))
	}
	size, err := checkChart(images[0])
	if err != nil {
		return "", err
	}
	if size.X != chartWidth || size.Y != chartHeight {
		return "", fmt.Errorf("the picture is %d×%d; the code saved %d×%d", size.X, size.Y, chartWidth, chartHeight)
	}
	*chart = bytes.Clone(images[0].Data)
	return fmt.Sprintf("the file came back as it was saved, %d×%d", size.X, size.Y), nil
}
