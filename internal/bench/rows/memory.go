package rows

import (
	"context"
	"errors"
	"math"
	"strings"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/lab"
)

// imports has a kernel import all of the stack by the names that cells use.
var imports = "import " + strings.Join(strings.Fields(`
	numpy pandas matplotlib.pyplot pyarrow.parquet duckdb openpyxl plotly.io plotly.express kaleido seaborn scipy.stats
	sklearn.linear_model sklearn.ensemble sklearn.model_selection sklearn.metrics sklearn.cluster statsmodels.api
	statsmodels.formula.api xgboost lightgbm sympy pingouin bs4 lxml.html PIL.Image rich.table tabulate tqdm.auto
	tenacity sqlalchemy xlsxwriter xlrd fastparquet pdfplumber PyPDF2 docx`), ", ")

// memory is what an idle session takes: one that ran 1+1 alone, and one whose
// kernel has imported everything.
func memory() experiment {
	const floorIs = "Python in a container, with the stack imported"
	return experiment{
		rows: []bench.Row{{
			ID: "memory", Label: "idle session that has imported the stack, memory", Unit: bench.Bytes, FloorIs: floorIs,
			Goal: bench.Goal{Against: bench.TheFloor, Bound: 1.2},
		}, {
			ID: "memory-lean", Label: "idle session after 1+1, memory", Unit: bench.Bytes, FloorIs: floorIs,
			Goal: bench.Goal{Against: bench.Undecided},
		}},
		open: func(_ context.Context, b *bed, c *columns) error {
			c.ours = func(ctx context.Context) ([]float64, error) { return idle(ctx, b) }
			c.floor = func(ctx context.Context) (_ []float64, err error) {
				f, err := b.engine.StartFloor(ctx, b.template, true)
				if err != nil {
					return nil, err
				}
				defer func() { err = errors.Join(err, f.Remove()) }()
				taken, err := b.engine.Memory(ctx, f.ID)
				return []float64{taken, taken}, err
			}
			c.peer = func(ctx context.Context, g *lab.Gateway) (_ []float64, err error) {
				fresh, err := b.engine.StartGateway(ctx, b.template, b.image, g.NoDelay)
				if err != nil {
					return nil, err
				}
				defer func() { err = errors.Join(err, fresh.Close()) }()
				k, err := fresh.Prespawn(ctx)
				if err != nil {
					return nil, err
				}
				lean, err := fresh.Memory(ctx)
				if err != nil {
					return nil, err
				}
				if _, err := k.Run(imports); err != nil {
					return nil, err
				}
				full, err := fresh.Memory(ctx)
				return []float64{full, lean}, err
			}
			return nil
		},
	}
}

// idle measures a new session twice, each time when nothing happens in it.
func idle(ctx context.Context, b *bed) (_ []float64, err error) {
	if err := b.server.Settle(ctx, 0); err != nil {
		return nil, err
	}
	spares, err := b.server.Sandboxes(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.client.Delete(ctx, "idle")) }()
	figures := []float64{math.NaN(), math.NaN()}
	for i, code := range []string{hello, imports} {
		if _, err := b.client.Run(ctx, "idle", code); err != nil {
			return nil, err
		}
		if err := b.server.Settle(ctx, 1); err != nil {
			return nil, err
		}
		if figures[1-i], err = b.engine.Memory(ctx, spares[0]); err != nil {
			return nil, err
		}
	}
	return figures, nil
}
