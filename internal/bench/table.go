package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Table writes the report for a person.
func (r Report) Table(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %d cores (%s), load %s before and %s after, medians of %d in %.0f s\n\n",
		r.Version, r.Machine.Cores, r.Machine.Processor, r.Machine.LoadBefore, r.Machine.LoadAfter, r.Repeat, r.Seconds)
	lines := [][]string{{"", "ours", "floor", "ours/floor", "goal", "", "gateway", "with TCP_NODELAY", "the floor is"}}
	var notes []string
	for _, row := range r.Rows {
		lines = append(lines, row.cells())
		for _, note := range []string{row.Failed, row.PeerNote} {
			if note != "" {
				notes = append(notes, row.ID+": "+note)
			}
		}
	}
	align(&b, lines)
	switch {
	case r.PeerAbsent != "":
		fmt.Fprintf(&b, "\nNo gateway: %s\n", r.PeerAbsent)
	case r.PeerIs != "":
		fmt.Fprintf(&b, "\nThe gateway is %s.\n", r.PeerIs)
	}
	for _, note := range notes {
		b.WriteString(note + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (r Row) cells() []string {
	ours := show(Median(floats(r.Ours)), r.Unit)
	if r.Failed != "" {
		ours = "failed"
	}
	return []string{
		r.Label, ours, show(Median(floats(r.Floor)), r.Unit), multiple(r.ToFloor()), r.goal(), string(r.Verdict()),
		show(Median(floats(r.Peer)), r.Unit), show(Median(floats(r.PeerTuned)), r.Unit), r.FloorIs,
	}
}

func multiple(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf("%.2f×", v)
}

// align writes cells in columns, the figures to the right.
func align(b *strings.Builder, lines [][]string) {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	last := len(widths) - 1
	for _, cells := range lines {
		var line strings.Builder
		for i, cell := range cells {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line.WriteString(cell + gap)
			case last:
				line.WriteString("  " + cell)
			default:
				line.WriteString("  " + gap + cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
