package orchestrator

import (
	"slices"
	"time"
)

// Column is one of a dataset or a table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Dataset is a DataFrame in a session's kernel.
type Dataset struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	// ColumnCount counts all columns; Columns holds at most the first 100.
	ColumnCount int      `json:"column_count"`
	Columns     []Column `json:"columns"`
	// Index names the levels of its index, which SQL sees as columns.
	Index   []string `json:"index,omitempty"`
	Bytes   int64    `json:"bytes"`
	Source  string   `json:"source,omitempty"`
	Sheet   string   `json:"sheet,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Preview string   `json:"preview,omitempty"`
}

// Datasets lists a kernel's DataFrames. Stale is true when the kernel is busy
// and the list is the last known one.
type Datasets struct {
	Items []Dataset
	Stale bool
}

// learn keeps what a run tells of the session's DataFrames, for whoever asks
// while the kernel is busy. Orchestrator.mu is held.
func (s *session) learn(run Run, out Outcome) {
	switch {
	case out.Reply.Death != nil:
		s.datasets = nil
	case out.Dataset != nil:
		d := *out.Dataset
		d.Preview = ""
		// A new slice: the old one may be a caller's by now.
		s.datasets = append(slices.DeleteFunc(slices.Clone(s.datasets), func(known Dataset) bool { return known.Name == d.Name }), d)
	case run.Op == OpDatasets && out.Status == StatusCompleted:
		s.datasets = out.Datasets
	}
}

func (o *Orchestrator) knownDatasets(s *session) []Dataset {
	o.mu.Lock()
	defer o.mu.Unlock()
	return s.datasets
}

// Load names a file to read into a DataFrame.
type Load struct {
	File      string
	Name      string
	Sheet     string // empty: the first
	Delimiter string // empty: found out
	// Timeout bounds the run; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Query is SQL over a session's DataFrames and files.
type Query struct {
	SQL    string
	Limit  int // 1 to MaxRows
	Offset int // from 0
	// Timeout bounds the run; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Table is a query's answer.
type Table struct {
	Columns []Column `json:"columns"`
	Rows    [][]any  `json:"rows"`
	// Total counts the rows of the whole result, -1 when not known.
	Total int64 `json:"total_rows"`
	Cut   bool  `json:"truncated"`
	// File holds the whole result as Parquet when it was cut.
	File string `json:"file,omitempty"`
	// Written are files that the statement itself wrote, as COPY does.
	Written []Artifact `json:"written,omitempty"`
	// Notes say what the reader should know.
	Notes []string `json:"notes,omitempty"`
}
