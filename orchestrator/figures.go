package orchestrator

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Figures are counts since Since, and what there is now. They are plain JSON.
type Figures struct {
	Since  time.Time `json:"since"`
	Totals Totals    `json:"totals"`
	Queued int       `json:"queued"` // calls that wait for their turn
	// Runs are executions that have ended, by what they did and how they ended.
	Runs []RunFigures `json:"runs"`
	// Waits are the seconds from a call's arrival to its run's beginning.
	Waits Histogram `json:"waits"`
	// Starts are the seconds that sandboxes took to their waiting runner.
	Starts       Histogram       `json:"starts"`
	StartsFailed int64           `json:"starts_failed"`
	Deaths       map[Cause]int64 `json:"deaths"` // of kernels
	Fetched      int64           `json:"fetched_bytes"`
	Uploaded     int64           `json:"uploaded_bytes"`
	Cut          int64           `json:"cut_characters"` // of output, in replies
	StoreFailed  int64           `json:"store_failed"`   // writes
}

// RunFigures are how long executions of one kind ran.
type RunFigures struct {
	Op      Op        `json:"op"`
	Status  Status    `json:"status"`
	Seconds Histogram `json:"seconds"`
}

// Histogram counts observations up to each bound, and those beyond the last.
type Histogram struct {
	Bounds []float64 `json:"bounds"`
	Counts []uint64  `json:"counts"` // one more than Bounds
	Sum    float64   `json:"sum"`
}

// Bounds of the histograms, in seconds.
var (
	// A cell takes a millisecond, a job hours.
	runBounds = []float64{0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200}
	// Nobody waits, or for somebody's whole run.
	waitBounds = []float64{0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1800}
	// 0.2 s on an idle host, a minute is the bound.
	startBounds = []float64{0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60}
)

func newHistogram(bounds []float64) Histogram {
	return Histogram{Bounds: bounds, Counts: make([]uint64, len(bounds)+1)}
}

func (h *Histogram) observe(d time.Duration) {
	seconds := max(d.Seconds(), 0)
	i, _ := slices.BinarySearch(h.Bounds, seconds)
	h.Counts[i]++
	h.Sum += seconds
}

func (h Histogram) clone() Histogram {
	h.Counts = slices.Clone(h.Counts)
	return h
}

// kind is what RunFigures are kept by.
type kind struct {
	op     Op
	status Status
}

// counts are the counting part of Figures. Orchestrator.mu guards them.
type counts struct {
	Figures
	runs map[kind]*Histogram
}

func newCounts() counts {
	return counts{
		Figures: Figures{Since: time.Now(), Waits: newHistogram(waitBounds), Starts: newHistogram(startBounds), Deaths: map[Cause]int64{}},
		runs:    map[kind]*Histogram{},
	}
}

// ended counts an execution's end.
func (c *counts) ended(x *execution) {
	k := kind{x.run.Op, x.Status}
	if c.runs[k] == nil {
		h := newHistogram(runBounds)
		c.runs[k] = &h
	}
	c.runs[k].observe(x.Elapsed(x.Ended))
	c.Cut += x.Reply.Cut
}

// count takes an execution's end into the figures and its session's. The caller
// holds mu.
func (o *Orchestrator) count(x *execution) {
	o.counts.ended(x)
	if d := x.Reply.Death; d != nil && !x.session.deleted {
		o.noteDeath(x.session, *d)
	}
	x.session.tally.add(x)
}

// countStart counts a sandbox's start.
func (o *Orchestrator) countStart(took time.Duration, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.counts.StartsFailed++
		return
	}
	o.counts.Starts.observe(took)
}

// died notes how a kernel ended between runs, and what went with it.
func (o *Orchestrator) died(s *session, d Death) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.datasets = nil
	o.noteDeath(s, d)
}

// noteDeath counts a kernel's end. The caller holds mu.
func (o *Orchestrator) noteDeath(s *session, d Death) {
	o.counts.Deaths[d.Cause]++
	if d.Cause != CauseReset { // somebody asked for that
		s.death = &LastDeath{Cause: d.Cause, Words: d.String(), At: time.Now()}
	}
}

// moved counts bytes that came into a session's folder.
func (o *Orchestrator) moved(where *int64, bytes int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*where += bytes
}

// Figures returns the counts; see Administration.
func (o *Orchestrator) Figures(context.Context) (Figures, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.counts.Figures
	f.Totals = o.totals()
	for _, s := range o.sessions {
		f.Queued += s.queued()
	}
	f.Waits, f.Starts = f.Waits.clone(), f.Starts.clone()
	deaths := map[Cause]int64{}
	for cause, n := range f.Deaths {
		deaths[cause] = n
	}
	f.Deaths = deaths
	for k, h := range o.counts.runs {
		f.Runs = append(f.Runs, RunFigures{k.op, k.status, h.clone()})
	}
	slices.SortFunc(f.Runs, func(a, b RunFigures) int {
		return cmp.Or(cmp.Compare(a.Op, b.Op), cmp.Compare(a.Status, b.Status))
	})
	return f, nil
}
