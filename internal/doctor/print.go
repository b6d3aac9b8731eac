package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// width is of the checks' names.
const width = 13

// Print writes the findings for a person, a line each, and a last one that sums
// them up.
func Print(w io.Writer, findings []Finding) error {
	var b strings.Builder
	for _, f := range findings {
		level := string(f.Level)
		if f.Level == Fail {
			level = "FAIL"
		}
		fmt.Fprintf(&b, "%-4s  %-*s %s\n", level, width, f.Check, f.sentence())
	}
	fmt.Fprintf(&b, "\n%s\n", summary(findings))
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence is the finding on one line.
func (f Finding) sentence() string {
	text := f.What
	if f.Means != "" {
		text += ": " + f.Means
	}
	if f.Mend != "" {
		text += " -> " + f.Mend
	}
	return strings.Join(strings.Fields(text), " ")
}

func summary(findings []Finding) string {
	failures, warnings := Failures(findings), count(findings, Warn)
	switch {
	case failures > 0:
		return fmt.Sprintf("%d of %d will not work, %s", failures, len(findings), counted(warnings, "warning"))
	case warnings > 0:
		return fmt.Sprintf("nothing that will not work, %s", counted(warnings, "warning"))
	}
	return "all well"
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// JSON writes the findings for programs. The version changes when a reader of
// it would have to.
func JSON(w io.Writer, findings []Finding) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Version  int       `json:"version"`
		OK       bool      `json:"ok"`
		Findings []Finding `json:"findings"`
	}{1, Failures(findings) == 0, append([]Finding{}, findings...)})
}
