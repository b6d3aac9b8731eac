package bench

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// enough is how many repetitions each side needs before a difference is called
// a change: three on either side lie apart by chance once in ten times, one
// and one always do.
const enough = 3

// Compare writes how the figures of one report stand to those of another, row
// by row. A change is called one only where all repetitions of one, enough of
// them, lie on the same side of all of the other; the floors tell whether the
// machine changed. Reports in the wrong order, or without a row in common, are
// refused.
func Compare(out io.Writer, before, after Report) error {
	if err := refuse(before, after); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "before: %s, %s, load %s\n", before.Version, before.Began.Format("2006-01-02 15:04"), before.Machine.LoadBefore)
	fmt.Fprintf(&b, "after:  %s, %s, load %s\n\n", after.Version, after.Began.Format("2006-01-02 15:04"), after.Machine.LoadBefore)
	b.WriteString(remarks(before, after))
	lines := [][]string{{"", "before", "after", "after/before", "before/floor", "after/floor", "floors after/before", ""}}
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

// refuse refuses what cannot be meant.
func refuse(before, after Report) error {
	if before.Began.After(after.Began) {
		return fmt.Errorf("the first report is the later one (%s, the second %s): give the earlier one first",
			before.Began.Format(time.DateTime), after.Began.Format(time.DateTime))
	}
	for _, r := range before.Rows {
		if slices.ContainsFunc(after.Rows, func(a Row) bool { return a.ID == r.ID }) {
			return nil
		}
	}
	return errors.New("the reports have no row in common: measure both with the same --only and --sessions")
}

// remarks say what makes the figures less comparable than they look.
func remarks(before, after Report) string {
	said := ""
	if a, b := before.Machine, after.Machine; a.Cores != b.Cores || a.Processor != b.Processor {
		said += fmt.Sprintf("Other machines (%d cores of %s, %d of %s): only multiples of the floor compare.\n\n", a.Cores, a.Processor, b.Cores, b.Processor)
	}
	if min(before.Repeat, after.Repeat) < enough {
		said += fmt.Sprintf("Fewer than %d repetitions (%d and %d): no difference is called better or worse.\n\n", enough, before.Repeat, after.Repeat)
	}
	return said
}

func compared(before, after Row) []string {
	if before.Unit != after.Unit {
		return []string{after.Label, show(Median(floats(before.Ours)), before.Unit), show(Median(floats(after.Ours)), after.Unit), "", "", "", "", "other unit"}
	}
	was, is := Median(floats(before.Ours)), Median(floats(after.Ours))
	floors := Median(floats(after.Floor)) / Median(floats(before.Floor))
	return []string{
		after.Label, show(was, before.Unit), show(is, after.Unit), multiple(is / was),
		multiple(before.ToFloor()), multiple(after.ToFloor()), multiple(floors), change(before, after),
	}
}

// change names a difference that no repetition contradicts.
func change(before, after Row) string {
	switch {
	case after.Failed != "":
		return "failed"
	case before.Failed != "":
		return "had failed"
	}
	a, b := known(floats(before.Ours)), known(floats(after.Ours))
	if min(len(a), len(b)) < enough {
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
