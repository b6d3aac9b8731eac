package bench_test

import (
	"testing"

	"power-interpreter/internal/bench"
)

func figures(values ...bench.Figure) []bench.Figure { return values }

func TestARowMeetsItsGoalOnlyAsMeasured(t *testing.T) {
	lower := func(against bench.Against, bound float64) bench.Row {
		return bench.Row{Unit: bench.Seconds, Goal: bench.Goal{Against: against, Bound: bound}}
	}
	higher := func(against bench.Against, bound float64) bench.Row {
		return bench.Row{Unit: bench.Calls, Goal: bench.Goal{Against: against, Bound: bound}}
	}
	for name, c := range map[string]struct {
		row  bench.Row
		with func(*bench.Row)
		want bench.Verdict
	}{
		"at the bound":                     {lower(bench.Absolute, 2), func(r *bench.Row) { r.Ours = figures(2) }, bench.Met},
		"above it by less than is shown":   {lower(bench.Absolute, 2), func(r *bench.Row) { r.Ours = figures(2.0001) }, bench.Missed},
		"where more is better, below":      {higher(bench.Absolute, 2), func(r *bench.Row) { r.Ours = figures(1.9999) }, bench.Missed},
		"within the floor's multiple":      {lower(bench.TheFloor, 2.5), func(r *bench.Row) { r.Ours, r.Floor = figures(5), figures(2) }, bench.Met},
		"beyond the floor's multiple":      {lower(bench.TheFloor, 2.5), func(r *bench.Row) { r.Ours, r.Floor = figures(6), figures(2) }, bench.Missed},
		"without a floor":                  {lower(bench.TheFloor, 2.5), func(r *bench.Row) { r.Ours = figures(1) }, bench.Unknown},
		"without a peer":                   {higher(bench.ThePeer, 10), func(r *bench.Row) { r.Ours = figures(100) }, bench.Unknown},
		"against the peer's better figure": {higher(bench.ThePeer, 10), func(r *bench.Row) { r.Ours, r.Peer, r.PeerTuned = figures(100), figures(1), figures(11) }, bench.Missed},
		"against both of the peer's":       {higher(bench.ThePeer, 10), func(r *bench.Row) { r.Ours, r.Peer, r.PeerTuned = figures(100), figures(1), figures(10) }, bench.Met},
		"against the only one":             {higher(bench.ThePeer, 10), func(r *bench.Row) { r.Ours, r.Peer = figures(100), figures(10) }, bench.Met},
		"that failed":                      {lower(bench.Absolute, 2), func(r *bench.Row) { r.Ours, r.Failed = figures(1), "it broke" }, bench.Missed},
		"that has no goal":                 {lower(bench.Undecided, 0), func(r *bench.Row) { r.Ours = figures(9) }, bench.NoGoal},
	} {
		t.Run(name, func(t *testing.T) {
			c.with(&c.row)
			if got := c.row.Verdict(); got != c.want {
				t.Errorf("the verdict is %q, not %q", got, c.want)
			}
		})
	}
}
