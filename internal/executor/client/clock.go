package client

import (
	"time"

	"power-interpreter/orchestrator"
)

// skewAllowed is how far apart two clocks may be before it matters: how long
// something runs is told in seconds.
const skewAllowed = 2 * time.Second

// shift turns the times of an execution into this host's, where the executor's
// clock, which showed now a moment ago, is not.
func shift(answer any, now time.Time) {
	e, is := answer.(*orchestrator.Execution)
	skew := time.Since(now)
	if !is || now.IsZero() || skew.Abs() < skewAllowed {
		return
	}
	for _, t := range []*time.Time{&e.Queued, &e.Started, &e.Ended} {
		if !t.IsZero() {
			*t = t.Add(skew)
		}
	}
}
