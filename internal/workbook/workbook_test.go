package workbook_test

import (
	"bytes"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"power-interpreter/internal/workbook"
)

func day(n int) time.Time { return time.Date(2025, 1, n, 0, 0, 0, 0, time.UTC) }

func TestTotalsAddUnitsTimesPriceByRegionTheLargestFirst(t *testing.T) {
	for name, tt := range map[string]struct {
		sales []workbook.Sale
		want  []workbook.Total
	}{
		"none": {nil, []workbook.Total{}},
		"two regions": {
			[]workbook.Sale{
				{day(1), "Asia", "Anvil", 2, 5}, {day(2), "Europe", "Anvil", 3, 7}, {day(3), "Asia", "Vise", 1, 1},
			},
			[]workbook.Total{{"Europe", 21}, {"Asia", 11}},
		},
		"equal totals go by name": {
			[]workbook.Sale{{day(1), "B", "x", 1, 4}, {day(1), "A", "x", 4, 1}},
			[]workbook.Total{{"A", 4}, {"B", 4}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := workbook.Totals(tt.sales); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMoneyIsQuarters(t *testing.T) {
	if got := workbook.Money(51).Float(); got != 12.75 {
		t.Errorf("51 quarters are %v", got)
	}
}

func TestSalesAreTheSameEveryTimeAndTellTheRegionsApart(t *testing.T) {
	sales := workbook.Sales(6000)
	if !reflect.DeepEqual(sales, workbook.Sales(6000)) {
		t.Error("two calls gave different rows")
	}
	if last := sales[len(sales)-1].Date; last != time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC) {
		t.Errorf("the last sale is on %v", last)
	}
	totals := workbook.Totals(sales)
	if len(totals) != 5 {
		t.Fatalf("%d regions", len(totals))
	}
	for i := 1; i < len(totals); i++ {
		if totals[i-1].Revenue <= totals[i].Revenue {
			t.Errorf("%v is not above %v: their order would be chance", totals[i-1], totals[i])
		}
	}
}

func TestTheFileHoldsTheRows(t *testing.T) {
	sales := workbook.Sales(500)
	var buf bytes.Buffer
	if err := workbook.Write(&buf, sales); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := f.GetSheetList(), []string{"Sales", "Regions", "Notes"}; !reflect.DeepEqual(got, want) {
		t.Errorf("sheets %v, want %v", got, want)
	}
	rows, err := f.GetRows(workbook.SalesSheet, excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 501 || !reflect.DeepEqual(rows[0], workbook.Columns) {
		t.Fatalf("%d rows, %v, headings %v", len(rows), err, rows[:1])
	}
	for i, s := range sales {
		serial := strconv.Itoa(int(s.Date.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24))
		want := []string{serial, s.Region, s.Product, strconv.Itoa(s.Units), decimal(s.Price), decimal(s.Revenue())}
		if !reflect.DeepEqual(rows[i+1], want) {
			t.Fatalf("row %d is %v, want %v", i+1, rows[i+1], want)
		}
	}
}

func decimal(m workbook.Money) string { return strconv.FormatFloat(m.Float(), 'f', -1, 64) }
