package wire

import "encoding/json"

// Output is text that the running execution wrote: stdout and stderr in the
// order written, valid UTF-8, as a terminal would show it in the end (progress
// bars folded to their last state, no control characters but line break and tab).
type Output struct {
	// Text follows all Text before it and is final.
	Text string `json:"text"`
	// Live is what stands behind all Text so far and may still change, at most
	// MaxLive bytes: a line not finished, a progress bar, or the newest text
	// once no more is sent as Text. Each Output of an execution replaces the
	// Live before it; one without Text is worth nothing once another follows.
	Live string `json:"live,omitempty"`
	// Skipped counts the characters between Text and Live.
	Skipped int64 `json:"skipped,omitempty"`
	// Late marks text written between two executions, by a thread or a child
	// left behind: Text, then Live behind Skipped characters that were dropped.
	// It is sent, with an empty ID, before the next execution begins.
	Late bool `json:"late,omitempty"`
}

// Display is one chart.
type Display struct {
	// PNG is the inline picture: at most MaxImage bytes and MaxImageEdge
	// pixels on the long edge. Empty when it could not be made that small.
	PNG []byte `json:"png,omitempty"`
	// File is the full-size picture, relative to the session's folder.
	File   string `json:"file,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	// Alt is what the picture shows, as far as known: its title.
	Alt string `json:"alt,omitempty"`
}

// Status is how an execution ended.
type Status string

// The statuses of a Result.
const (
	StatusOK        Status = "ok"
	StatusError     Status = "error"     // the code raised, or the operation was refused: Result.Error says
	StatusTimeout   Status = "timeout"   // Result.Death is set if it had to be killed
	StatusCancelled Status = "cancelled" // likewise
	StatusDied      Status = "died"      // the kernel died by itself: Result.Death says of what
)

// Result ends an execution.
type Result struct {
	Status Status `json:"status"`
	// Value is the last expression's value as text, empty for none.
	Value string `json:"value,omitempty"`
	// Error is set for StatusError, and for StatusTimeout and
	// StatusCancelled when the interrupt surfaced as an exception.
	Error *Failure `json:"error,omitempty"`
	// Death is set when the kernel died: its variables are lost.
	Death *Death `json:"death,omitempty"`
	// Data is the operation's own answer (see Op).
	Data json.RawMessage `json:"data,omitempty"`
	// Files are those written, changed or renamed, at most MaxFiles.
	Files []File `json:"files,omitempty"`
	// MoreFiles counts those beyond MaxFiles.
	MoreFiles int `json:"more_files,omitempty"`
	// Deleted are the paths, at most MaxFiles, that were there when the
	// execution began and are not any more; a folder's ends in a slash and
	// stands for all that was in it. What was renamed is not among them.
	Deleted     []string `json:"deleted,omitempty"`
	MoreDeleted int      `json:"more_deleted,omitempty"`
	// FilesUnsure says that more was changed than could be followed: Files and
	// Deleted may lack some.
	FilesUnsure bool `json:"files_unsure,omitempty"`
	// MoreCharts counts those beyond MaxCharts.
	MoreCharts int       `json:"more_charts,omitempty"`
	Output     OutputSum `json:"output"`
	// Hits names limits that the container met meanwhile: "oom" (a child was
	// killed), "pids", "disk".
	Hits       []string `json:"hits,omitempty"`
	DurationMS float64  `json:"duration_ms"`
	Generation int      `json:"generation"`
}

// OutputSum says what became of an execution's text. It counts characters (code
// points) of the text as it is told, not bytes as they were written.
type OutputSum struct {
	// Chars is the length of the whole text, of which CutChars lie between what
	// was sent as Output.Text and Tail.
	Chars    int64 `json:"chars"`
	CutChars int64 `json:"cut_chars,omitempty"`
	// Tail is what follows the head that was sent as Output.Text: at most the last
	// Open.OutputTail characters, empty when the head held everything.
	Tail string `json:"tail,omitempty"`
	// File holds the whole text when something was cut, relative to the
	// session's folder; Partial says that it ends early (its bound, a full disk).
	File    string `json:"file,omitempty"`
	Partial bool   `json:"partial,omitempty"`
}

// Failure is an exception, or an operation refused.
type Failure struct {
	// Name is the exception's class, or a code such as "bad_file".
	Name    string `json:"name"`
	Message string `json:"message"`
	// Traceback shows the user's frames only, plain text; empty where the
	// operation was refused in words.
	Traceback string `json:"traceback,omitempty"`
	// Hint says what to do next, when known.
	Hint string `json:"hint,omitempty"`
}

// Cause names what a kernel died of.
type Cause string

// The causes of a Death.
const (
	CauseExit   Cause = "exit"   // os._exit, or the interpreter ended: ExitCode
	CauseSignal Cause = "signal" // Signal, as "SIGSEGV"
	CauseOOM    Cause = "oom"    // the memory limit: Limit and Peak in bytes
	CauseKilled Cause = "killed" // by the supervisor: it did not stop when interrupted
	CauseReset  Cause = "reset"  // by KindReset
	CauseDisk   Cause = "disk"   // by the supervisor: its files outgrew Limit and it would not stop, Peak in bytes
)

// Death is how a kernel died.
type Death struct {
	Cause    Cause  `json:"cause"`
	Signal   string `json:"signal,omitempty"`
	ExitCode int    `json:"exit_code,omitempty"`
	Limit    int64  `json:"limit,omitempty"`
	Peak     int64  `json:"peak,omitempty"`
}

// File is one that the execution wrote, changed or renamed. A Path that ends in
// a slash is a folder that was renamed.
type File struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	// From is its path when the execution began, empty where that was the same
	// or where there was no such file.
	From string `json:"from,omitempty"`
}

// Kernel tells of a kernel's birth or death.
type Kernel struct {
	Generation int `json:"generation"`
	// Ready is true when a kernel waits for a Run, false when it has died.
	Ready bool   `json:"ready"`
	Death *Death `json:"death,omitempty"`
}

// Column is one of a Dataset or Table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Dataset describes a DataFrame in the kernel.
type Dataset struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	// ColumnCount counts all columns; Columns holds at most the first 100.
	ColumnCount int      `json:"column_count"`
	Columns     []Column `json:"columns"`
	// Index names the levels of its index, which SQL sees as columns; none
	// for an index that only counts rows. At most 100.
	Index []string `json:"index,omitempty"`
	// Bytes is its size in memory, -1 when not known.
	Bytes int64 `json:"bytes"`
	// Source is the file it was loaded from, empty for a plain DataFrame.
	Source string `json:"source,omitempty"`
	Sheet  string `json:"sheet,omitempty"`
	// Notes say what the reader should know: an encoding guessed, hidden sheets.
	Notes []string `json:"notes,omitempty"`
	// Preview is the first rows as a text table (load only).
	Preview string `json:"preview,omitempty"`
}

// Table is a query's answer.
type Table struct {
	Columns []Column `json:"columns"`
	// Rows hold JSON-safe values: null, bool, number, string; the rest as text.
	Rows [][]any `json:"rows"`
	// Total counts the rows of the whole result, -1 when not known.
	Total int64 `json:"total"`
	// Cut is true when rows exist beyond those returned (from Offset on).
	Cut bool `json:"cut"`
	// File holds the whole result as Parquet when it was cut, relative to the
	// session's folder.
	File string `json:"file,omitempty"`
	// Notes say what the reader should know: columns read as text, a count
	// that was given up.
	Notes []string `json:"notes,omitempty"`
}

// Variables are what a kernel holds.
type Variables struct {
	// Variables are the largest, at most 50; More counts the others.
	Variables []Variable `json:"variables"`
	More      int        `json:"more"`
}

// Variable is a value in the kernel's namespace. Modules, functions and classes
// are none.
type Variable struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Bytes it takes, of a container without what lies in it; -1 when not known.
	Bytes int64 `json:"bytes"`
}
