// Package workbook makes a workbook of sales, the same one every time, and does
// the sums of it by itself: what the demo and the end-to-end tests hold the
// server's answers against.
package workbook

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Money is an amount in quarters of a unit. A float64 holds quarters and every
// sum of them up to 2^51 exactly, so no order of adding changes a total, and an
// answer out of pandas or DuckDB can be held against ours without tolerance.
type Money int64

// Float is the amount in units, as it stands in the workbook.
func (m Money) Float() float64 { return float64(m) / 4 }

// Sale is one row of the sheet Sales.
type Sale struct {
	Date    time.Time // a day, UTC
	Region  string
	Product string
	Units   int
	Price   Money // of one unit sold
}

// Revenue is the row's last column.
func (s Sale) Revenue() Money { return Money(s.Units) * s.Price }

// Total is what a region sold for.
type Total struct {
	Region  string
	Revenue Money
}

var regions = []string{"Africa", "Americas", "Asia", "Europe", "Oceania"}

// products and the lowest price of each, in quarters.
var products = []struct {
	name  string
	price Money
}{{"Anvil", 358}, {"Bellows", 199}, {"Chisel", 51}, {"Forge", 4999}, {"Hammer", 74}, {"Tongs", 93}, {"Vise", 441}}

// The bounds of what chance decides in a row.
const (
	mostUnits   = 40
	priceSpread = 20 // quarters above the lowest price
	days        = 365
)

// seed makes the rows the same on every machine: rand's PCG is specified.
const seed = 20260131

// Sales returns n rows in order of their dates, always the same for the same n.
func Sales(n int) []Sale {
	chance := rand.New(rand.NewPCG(seed, seed))
	first := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	sales := make([]Sale, n)
	for i := range sales {
		product := products[chance.IntN(len(products))]
		sales[i] = Sale{
			Date:    first.AddDate(0, 0, i*days/n),
			Region:  regions[chance.IntN(len(regions))],
			Product: product.name,
			Units:   1 + chance.IntN(mostUnits),
			Price:   product.price + Money(chance.IntN(priceSpread)),
		}
	}
	return sales
}

// Totals adds the revenue of each region up, the largest first.
func Totals(sales []Sale) []Total {
	sums := map[string]Money{}
	for _, s := range sales {
		sums[s.Region] += s.Revenue()
	}
	totals := make([]Total, 0, len(sums))
	for region, sum := range sums {
		totals = append(totals, Total{region, sum})
	}
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(b.Revenue, a.Revenue), cmp.Compare(a.Region, b.Region))
	})
	return totals
}
