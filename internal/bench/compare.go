package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Compare writes how the figures of one report stand to those of another, row
// by row. A change is called one only where all repetitions of one lie on the
// same side of all of the other; the floors tell whether the machine changed.
func Compare(out io.Writer, before, after Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "before: %s, %s, load %s\n", before.Version, before.Began.Format("2006-01-02 15:04"), before.Machine.LoadBefore)
	fmt.Fprintf(&b, "after:  %s, %s, load %s\n\n", after.Version, after.Began.Format("2006-01-02 15:04"), after.Machine.LoadBefore)
	lines := [][]string{{"", "before", "after", "after/before", "to its floor", "now", "floor after/before", ""}}
	for _, a := range after.Rows {
		at := slices.IndexFunc(before.Rows, func(r Row) bool { return r.ID == a.ID })
		if at < 0 {
			lines = append(lines, []string{a.Label, "", show(Median(floats(a.Ours)), a.Unit), "", "", multiple(a.ToFloor()), "", "new"})
			continue
		}
		lines = append(lines, compared(before.Rows[at], a))
	}
	for _, r := range before.Rows {
		if !slices.ContainsFunc(after.Rows, func(a Row) bool { return a.ID == r.ID }) {
			lines = append(lines, []string{r.Label, show(Median(floats(r.Ours)), r.Unit), "", "", multiple(r.ToFloor()), "", "", "not measured"})
		}
	}
	align(&b, lines)
	_, err := io.WriteString(out, b.String())
	return err
}

func compared(before, after Row) []string {
	was, is := Median(floats(before.Ours)), Median(floats(after.Ours))
	floors := Median(floats(after.Floor)) / Median(floats(before.Floor))
	return []string{
		after.Label, show(was, before.Unit), show(is, after.Unit), multiple(is / was),
		multiple(before.ToFloor()), multiple(after.ToFloor()), multiple(floors), change(before, after),
	}
}

// change names a difference that no repetition contradicts.
func change(before, after Row) string {
	a, b := known(floats(before.Ours)), known(floats(after.Ours))
	if len(a) == 0 || len(b) == 0 {
		return ""
	}
	more, less := "worse", "better"
	if after.Unit.MoreIsBetter() {
		more, less = less, more
	}
	switch {
	case slices.Min(b) > slices.Max(a):
		return more
	case slices.Max(b) < slices.Min(a):
		return less
	default:
		return ""
	}
}
