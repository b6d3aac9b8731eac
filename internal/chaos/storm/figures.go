package storm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"power-interpreter/internal/chaos/ledger"
)

// Figures are what a storm comes to.
type Figures struct {
	Seed            uint64
	Kills, Removals int
	Acts            int           // other things broken, and mended
	Refusal         time.Duration // the slowest while something was broken
	Median, Slowest time.Duration // from the start of a server to its health
	Soak            string
	Process         Process // of the last server, at rest
	ledger.Counts
	Faults []string // what must not be
}

func (f *Figures) add(c ledger.Counts) {
	f.Cells += c.Cells
	f.Jobs += c.Jobs
	f.Counts.Files += c.Files
	f.Losses += c.Losses
	f.Repeated += c.Repeated
	f.Resumed += c.Resumed
	f.Lost += c.Lost
	f.Counts.Unanswered += c.Unanswered
	f.Counts.Refused += c.Refused
}

func (f *Figures) starts(all []time.Duration) {
	slices.Sort(all)
	if len(all) > 0 {
		f.Median, f.Slowest = all[len(all)/2], all[len(all)-1]
	}
}

// String is one line.
func (f Figures) String() string {
	if f.Soak != "" {
		return fmt.Sprintf("soak: seed %d: %s; %d faults", f.Seed, f.Soak, len(f.Faults))
	}
	return strings.Join([]string{
		fmt.Sprintf("chaos: seed %d: %d kills, %d sandboxes killed, %d things broken", f.Seed, f.Kills, f.Removals, f.Acts),
		fmt.Sprintf("%d cells, %d jobs and %d files acknowledged", f.Cells, f.Jobs, f.Counts.Files),
		fmt.Sprintf("%d calls unanswered, %d refused within %d ms", f.Counts.Unanswered, f.Counts.Refused, f.Refusal.Milliseconds()),
		fmt.Sprintf("%d runs went on as jobs, %d losses told (%d again), %d jobs lost with them", f.Resumed, f.Losses, f.Repeated, f.Lost),
		fmt.Sprintf("healthy after %d ms at the median, %d at most", f.Median.Milliseconds(), f.Slowest.Milliseconds()),
		f.Process.String(),
		fmt.Sprintf("%d faults", len(f.Faults)),
	}, "; ")
}
