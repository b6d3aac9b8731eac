package bench

import (
	"fmt"
	"math"
)

// Unit is what a row's figures count.
type Unit string

// The units; figures are in them, not in multiples.
const (
	Seconds Unit = "s"
	Bytes   Unit = "B"
	Calls   Unit = "calls/s"
	Rate    Unit = "B/s"
	Times   Unit = "×"
	Answers Unit = " answers"
)

// MoreIsBetter says which way is the good one.
func (u Unit) MoreIsBetter() bool { return u == Calls || u == Rate || u == Answers }

// Against is what a goal is a multiple of.
type Against string

// What goals are measured by.
const (
	Absolute  Against = ""      // in the row's unit
	TheFloor  Against = "floor" // a multiple of the floor
	ThePeer   Against = "peer"  // a multiple of the peer, of its faster variant
	Undecided Against = "none"  // a figure without a goal
)

// Goal is what a row should reach on an unloaded machine of two cores: at
// most the bound, at least it where more is better.
type Goal struct {
	Against Against `json:"against"`
	Bound   float64 `json:"bound,omitempty"`
}

// Row is one line of the table with what was measured for it, one figure a
// repetition, in order. Columns that were not measured are empty.
type Row struct {
	ID        string   `json:"id"`
	Label     string   `json:"label"`
	Unit      Unit     `json:"unit"`
	Goal      Goal     `json:"goal"`
	FloorIs   string   `json:"floor_is,omitempty"` // what the floor is
	Ours      []Figure `json:"ours"`
	Floor     []Figure `json:"floor,omitempty"`
	Peer      []Figure `json:"peer,omitempty"`
	PeerTuned []Figure `json:"peer_nodelay,omitempty"` // the peer with TCP_NODELAY
	Failed    string   `json:"failed,omitempty"`       // why ours has no figures
	PeerNote  string   `json:"peer_note,omitempty"`    // why the peer has none
}

// Verdict is how a row stands to its goal.
type Verdict string

// The verdicts.
const (
	Met     Verdict = "met"
	Missed  Verdict = "MISSED"
	Unknown Verdict = "unknown" // a side of the comparison is missing
	NoGoal  Verdict = ""
)

// Verdict holds the medians, unrounded, against the goal.
func (r Row) Verdict() Verdict {
	if r.Goal.Against == Undecided {
		return NoGoal
	}
	if r.Failed != "" {
		return Missed
	}
	got := r.measured()
	switch {
	case math.IsNaN(got):
		return Unknown
	case r.reaches(got):
		return Met
	default:
		return Missed
	}
}

func (r Row) reaches(got float64) bool {
	if r.Unit.MoreIsBetter() {
		return got >= r.Goal.Bound
	}
	return got <= r.Goal.Bound
}

// measured is the figure that the goal bounds.
func (r Row) measured() float64 {
	switch r.Goal.Against {
	case TheFloor:
		return r.ToFloor()
	case ThePeer:
		return r.toFasterPeer()
	default:
		return Median(floats(r.Ours))
	}
}

// ToFloor is ours as a multiple of the floor.
func (r Row) ToFloor() float64 { return Ratio(floats(r.Ours), floats(r.Floor)) }

func (r Row) toFasterPeer() float64 {
	plain, tuned := Ratio(floats(r.Ours), floats(r.Peer)), Ratio(floats(r.Ours), floats(r.PeerTuned))
	switch {
	case math.IsNaN(plain):
		return tuned
	case math.IsNaN(tuned):
		return plain
	}
	if r.Unit.MoreIsBetter() {
		return min(plain, tuned)
	}
	return max(plain, tuned)
}

// goal is the goal in words.
func (r Row) goal() string {
	if r.Goal.Against == Undecided {
		return ""
	}
	sign := "≤"
	if r.Unit.MoreIsBetter() {
		sign = "≥"
	}
	switch r.Goal.Against {
	case TheFloor:
		return fmt.Sprintf("%s %g× floor", sign, r.Goal.Bound)
	case ThePeer:
		return fmt.Sprintf("%s %g× peer", sign, r.Goal.Bound)
	default:
		return sign + " " + show(r.Goal.Bound, r.Unit)
	}
}
