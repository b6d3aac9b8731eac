// Package wire defines the frames that the orchestrator and the runner in a
// container exchange over the container's stdin and stdout, or over a socket
// that the first of them names, and that the supervisor and the kernel exchange
// inside it.
//
// A frame is one JSON object on one line. The orchestrator's frames are
// commands and carry no sequence number. The runner's frames are events: all
// but KindHello carry a sequence number, ascending by one from 1, and the
// runner keeps each of them until a KindAck covers it, so that an
// orchestrator that attaches again receives what it has not acknowledged.
package wire

import "encoding/json"

// Version is the protocol's version. A peer of another version is drained,
// never spoken to beyond KindHello.
const Version = 1

// Bounds of one frame. Both sides drop the line that exceeds them.
const (
	// MaxCommand bounds a frame to the runner: a cell of MaxCode bytes whose
	// every byte is escaped still fits.
	MaxCommand = 8 << 20
	// MaxEvent bounds a frame from the runner: the widest is a query result.
	MaxEvent = 8 << 20
	// MaxCode bounds a cell's source in bytes, before JSON escaping.
	MaxCode = 1 << 20
	// MaxImage bounds one inline PNG in bytes, before base64.
	MaxImage = 256 << 10
	// MaxImageEdge bounds the long edge of one inline PNG in pixels.
	MaxImageEdge = 1568
	// MaxCharts bounds the charts that one execution sends.
	MaxCharts = 50
	// MaxFiles bounds the changed files, and the deleted ones, that one
	// execution reports.
	MaxFiles = 200
	// MaxLive bounds Output.Live in bytes: a screen's worth of progress bars.
	MaxLive = 8 << 10
	// MaxData bounds Result.Data in bytes.
	MaxData = 4 << 20
)

// Kind names what a frame says.
type Kind string

// Commands, from the orchestrator to the supervisor. The supervisor hands
// KindRun on to the kernel as it is.
const (
	KindHello     Kind = "hello"     // body Hello; answered by KindHello with body Welcome, then by every event above Hello.Ack
	KindOpen      Kind = "open"      // body Open; lends the runner its session; answered by KindKernel once a kernel waits
	KindRun       Kind = "run"       // body Run, id of the execution; answered by KindResult
	KindInterrupt Kind = "interrupt" // body Interrupt, id of the execution; its KindResult follows
	KindReset     Kind = "reset"     // no body; answered by KindKernel of the next generation
	KindAck       Kind = "ack"       // body Ack; frees the events it covers
)

// Events, from the runner to the orchestrator.
const (
	KindOutput  Kind = "output"  // body Output: text written by the running execution
	KindDisplay Kind = "display" // body Display: one chart of the running execution
	KindResult  Kind = "result"  // body Result: the execution's end; exactly one for each KindRun
	KindKernel  Kind = "kernel"  // body Kernel: a kernel is ready, or has died
)

// Frame is one line. Body is decoded by Kind; unknown kinds and unknown
// fields are ignored by the receiver.
type Frame struct {
	V    int             `json:"v"`
	Kind Kind            `json:"kind"`
	Seq  uint64          `json:"seq,omitempty"`
	ID   string          `json:"id,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

// New builds a frame of this Version. It panics only if body cannot be
// marshalled, which no body type of this package does.
func New(kind Kind, id string, body any) Frame {
	f := Frame{V: Version, Kind: kind, ID: id}
	if body == nil {
		return f
	}
	raw, err := encode(body)
	if err != nil {
		panic("wire: body of " + string(kind) + ": " + err.Error())
	}
	f.Body = raw
	return f
}

func encode(body any) (json.RawMessage, error) {
	if run, is := body.(Run); is {
		return composeRun(run)
	}
	return json.Marshal(body)
}

// Decode reads the frame's body into the type that its Kind calls for.
func Decode[T any](f Frame) (T, error) {
	var body T
	if len(f.Body) == 0 {
		return body, nil
	}
	err := json.Unmarshal(f.Body, &body)
	return body, err
}
