package orchestrator

import "time"

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
	Bytes       int64    `json:"bytes"`
	Source      string   `json:"source,omitempty"`
	Sheet       string   `json:"sheet,omitempty"`
	Notes       []string `json:"notes,omitempty"`
	Preview     string   `json:"preview,omitempty"`
}

// Datasets lists a kernel's DataFrames. Stale is true when the kernel is busy
// and the list is the last known one.
type Datasets struct {
	Items []Dataset
	Stale bool
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
	Total int64  `json:"total_rows"`
	Cut   bool   `json:"truncated"`
	File  string `json:"file,omitempty"`
}
