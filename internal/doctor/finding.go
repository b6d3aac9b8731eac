// Package doctor looks at everything that the server needs of its host and says
// what is, what that means and how to mend it. It changes nothing: what it must
// try (a file of another's, a port, a sandbox) it makes apart and removes.
//
// It works in two steps. Look gathers Facts, each within a time limit of its
// own; the checks are pure functions over them, a concern a file, in the order
// of the table in checks.go.
package doctor

// Level says how bad a finding is.
type Level string

// The levels. Fail is what will not work; Warn works, with a risk or a limit
// that the operator should know; Skip could not be seen, and says why.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Skip Level = "skip"
	Fail Level = "fail"
)

// Finding is one line of the report.
type Finding struct {
	Check string `json:"check"` // its name, the same in every version
	Level Level  `json:"level"`
	What  string `json:"what"`            // what is
	Means string `json:"means,omitempty"` // what that means
	Mend  string `json:"mend,omitempty"`  // a command where there is one
}

func ok(check, what, means string) Finding { return Finding{check, OK, what, means, ""} }

func skip(check, what, means string) Finding { return Finding{check, Skip, what, means, ""} }

func warn(check, what, means, mend string) Finding { return Finding{check, Warn, what, means, mend} }

func fail(check, what, means, mend string) Finding { return Finding{check, Fail, what, means, mend} }

// Failures counts what will not work.
func Failures(findings []Finding) int { return count(findings, Fail) }

func count(findings []Finding, level Level) int {
	n := 0
	for _, f := range findings {
		if f.Level == level {
			n++
		}
	}
	return n
}
