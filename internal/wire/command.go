package wire

import "encoding/json"

// Hello opens a conversation, also after another orchestrator's death.
type Hello struct {
	// Nonce comes back in Welcome: whatever arrives before it belongs to a
	// predecessor and is skipped.
	Nonce string `json:"nonce"`
	// Ack is the last event this orchestrator has recorded, 0 for none.
	Ack uint64 `json:"ack"`
	// Door is the path of a socket, as the sandbox sees it, at which a runner
	// that can reach it answers and goes on; else it does where Hello came from.
	Door string `json:"door,omitempty"`
}

// Welcome answers Hello.
type Welcome struct {
	Nonce string `json:"nonce"`
	// Runner is the content hash of the image's runner.
	Runner string `json:"runner"`
	// Seq is the last event the runner has numbered.
	Seq uint64 `json:"seq"`
	// Generation counts kernels from 1; 0 before the first.
	Generation int `json:"generation"`
	// Session is the id given by Open, empty before it.
	Session string `json:"session,omitempty"`
	// Running is the execution under way, empty for none.
	Running string `json:"running,omitempty"`
	// Ended are the executions whose results are not acknowledged, the oldest
	// first: their events follow, and nobody may have recorded them.
	Ended []string `json:"ended,omitempty"`
	// Warm says whether the zygote has imported the whole stack.
	Warm bool `json:"warm"`
}

// Open lends a runner its session. The folder exists and belongs to the
// runner's uid before it is sent.
type Open struct {
	Session string `json:"session"`
	// Folder is the session's folder inside the container, absolute.
	Folder string `json:"folder"`
	// OutputHead and OutputTail bound, in characters (code points), the text
	// that one execution sends: the head as it comes, what follows it with
	// the result. Text of up to their sum arrives whole.
	OutputHead int `json:"output_head"`
	OutputTail int `json:"output_tail"`
	// Disk bounds, in bytes, what the session's files may take; the writer is
	// stopped soon beyond it. 0 for no bound.
	Disk int64 `json:"disk,omitempty"`
}

// Op names what a Run does.
type Op string

// The operations of a kernel.
const (
	OpCell     Op = "cell"     // args Cell; data: none
	OpLoad     Op = "load"     // args Load; data: Dataset
	OpQuery    Op = "query"    // args Query; data: Table
	OpDatasets Op = "datasets" // no args; data: []Dataset
	// OpVariables has no args; data: Variables.
	OpVariables Op = "variables"
)

// Run starts one execution. The runner refuses a second one while one runs.
type Run struct {
	Op   Op              `json:"op"`
	Args json.RawMessage `json:"args,omitempty"`
	// TimeoutMS counts from the kernel's start on it: then SIGINT.
	TimeoutMS int64 `json:"timeout_ms"`
	// GraceMS counts from a SIGINT: then the kernel is killed.
	GraceMS int64 `json:"grace_ms"`
}

// Cell is a notebook cell.
type Cell struct {
	Code string `json:"code"`
}

// Load reads a file into a DataFrame. File is relative to the session's
// folder, Sheet and Delimiter are empty for "find out".
type Load struct {
	File      string `json:"file"`
	Name      string `json:"name"`
	Sheet     string `json:"sheet,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
}

// Query is SQL over the kernel's DataFrames and the session's files.
type Query struct {
	SQL    string `json:"sql"`
	Limit  int    `json:"limit"`
	Offset int    `json:"offset"`
}

// Interrupt stops an execution and keeps the variables.
type Interrupt struct {
	// Reason is "cancelled" or "timeout" and becomes the result's status.
	Reason Status `json:"reason"`
}

// Ack frees every event up to and including Seq.
type Ack struct {
	Seq uint64 `json:"seq"`
}
