package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"power-interpreter/internal/bench"
)

// closeTime bounds the end of an experiment; the run's own context may have
// ended by then.
const closeTime = 2 * time.Minute

// Options say what is measured.
type Options struct {
	Program  string   // path of the program to measure
	Version  string   // of it
	Only     []string // rows by id, or by the beginning of it; all if empty
	Repeat   int      // repetitions, at least 1
	Peer     bool     // measure the peer too
	Sessions int      // so many sessions at once as well; 0 for not
	Progress io.Writer
}

// Run measures. It returns when all that it started has ended; then a report
// comes back even beside an error, of what was measured by then.
func Run(ctx context.Context, o Options) (r bench.Report, err error) {
	chosen, err := choose(experiments(o), o.Only)
	if err != nil {
		return r, err
	}
	r = bench.Report{Version: o.Version, Began: time.Now(), Repeat: o.Repeat, Machine: bench.ThisMachine()}
	defer func() {
		r.Seconds = time.Since(r.Began).Seconds()
		r.Machine.LoadAfter = bench.Load()
	}()
	b, err := newBed(ctx, o.Program)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if o.Peer {
		b.image, b.absent = peerImage(ctx)
		r.PeerIs, r.PeerAbsent = peerIs, b.absent
	}
	for _, e := range chosen {
		if err := ctx.Err(); err != nil {
			return r, context.Cause(ctx)
		}
		fmt.Fprintf(o.Progress, "measuring %s\n", e.rows[0].ID)
		rows, err := e.measure(ctx, b, o.Repeat)
		r.Rows = append(r.Rows, rows...)
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// choose keeps the experiments that measure one of the wanted rows.
func choose(all []experiment, only []string) ([]experiment, error) {
	for _, want := range only {
		if !slices.ContainsFunc(all, func(e experiment) bool { return e.isOne(want) }) {
			return nil, fmt.Errorf("there is no row %q; the rows are %s; --sessions N adds many-N", want, strings.Join(ids(all), ", "))
		}
	}
	if len(only) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(e experiment) bool { return !slices.ContainsFunc(only, e.isOne) }), nil
}

func (e experiment) isOne(want string) bool {
	return slices.ContainsFunc(e.rows, func(r bench.Row) bool { return strings.HasPrefix(r.ID, want) })
}

// IDs are the ids of all rows, with those of so many sessions at once; 0 for
// none.
func IDs(sessions int) []string { return ids(experiments(Options{Sessions: sessions})) }

func ids(all []experiment) []string {
	var ids []string
	for _, e := range all {
		for _, r := range e.rows {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// measure makes the repetitions: each column once, then each once more, so
// that what disturbs the machine disturbs all alike. What fails is said in the
// rows; the error is one of putting things back in order.
func (e experiment) measure(ctx context.Context, b *bed, repeat int) ([]bench.Row, error) {
	rows := slices.Clone(e.rows)
	var c columns
	err := e.open(ctx, b, &c)
	for i := 0; i < repeat && err == nil; i++ {
		if err = into(ctx, rows, c.ours, func(r *bench.Row) *[]bench.Figure { return &r.Ours }); err != nil {
			break
		}
		if err = into(ctx, rows, c.floor, func(r *bench.Row) *[]bench.Figure { return &r.Floor }); err != nil {
			break
		}
		peers(ctx, b, c, rows)
	}
	if err != nil {
		for i := range rows {
			rows[i].Failed = err.Error() + b.server.LastWords()
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	var errs []error
	for _, f := range slices.Backward(c.closers) {
		errs = append(errs, f(ending))
	}
	return rows, errors.Join(errs...)
}

func into(ctx context.Context, rows []bench.Row, m measure, column func(*bench.Row) *[]bench.Figure) error {
	if m == nil {
		return nil
	}
	figures, err := m(ctx)
	if err != nil {
		return err
	}
	for i := range rows {
		to := column(&rows[i])
		*to = append(*to, bench.Figure(figures[i]))
	}
	return nil
}

// peers measures both variants of the peer. One that fails is not tried again.
func peers(ctx context.Context, b *bed, c columns, rows []bench.Row) {
	if c.peer == nil || b.image == "" || rows[0].PeerNote != "" {
		return
	}
	for _, noDelay := range []bool{false, true} {
		err := into(ctx, rows, func(ctx context.Context) ([]float64, error) {
			g, err := b.gateway(ctx, noDelay)
			if err != nil {
				return nil, err
			}
			return c.peer(ctx, g)
		}, func(r *bench.Row) *[]bench.Figure {
			if noDelay {
				return &r.PeerTuned
			}
			return &r.Peer
		})
		if err != nil {
			rows[0].PeerNote = err.Error()
			return
		}
	}
}
