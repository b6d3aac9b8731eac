package output

import (
	"os"

	"power-interpreter/internal/wire"
)

// The widest head and tail that are kept, whatever a Run asks for: both are
// held in memory, and escaped they must fit a frame.
const (
	maxHead = 1 << 20
	maxTail = 256 << 10
)

// Run is an execution whose text is to be captured.
type Run struct {
	ID string
	// Head and Tail bound, in bytes, what is sent as it comes and what is
	// kept of the rest.
	Head, Tail int
	// Root is the session's folder, nil when it cannot be had.
	Root *os.Root
}

// Sum says what became of an execution's text.
type Sum struct {
	wire.OutputSum
	// DiskFull says that the file of the whole text met a full disk.
	DiskFull bool
}

// capture sorts an execution's text: the head goes out, of the rest the end is
// kept, and when something between them is cut, all of it goes to a file.
type capture struct {
	run   Run
	total int64
	head  []byte
	full  bool // the head is
	tail  tail
	spill *spill
}

func newCapture(run Run) *capture {
	run.Head = min(max(run.Head, 0), maxHead)
	run.Tail = min(max(run.Tail, 0), maxTail)
	return &capture{run: run, tail: tail{limit: run.Tail}}
}

func (c *capture) id() string { return c.run.ID }

// take returns the part of text that is to be sent now.
func (c *capture) take(text []byte) []byte {
	c.total += int64(len(text))
	live := c.takeHead(text)
	if rest := text[len(live):]; len(rest) > 0 {
		c.takeRest(rest)
	}
	return live
}

func (c *capture) takeHead(text []byte) []byte {
	if c.full {
		return nil
	}
	fits := runeFloor(text, c.run.Head-len(c.head))
	c.full = fits < len(text)
	c.head = append(c.head, text[:fits]...)
	return text[:fits]
}

func (c *capture) takeRest(rest []byte) {
	if c.spill == nil && c.tail.seen+int64(len(rest)) > int64(c.tail.limit) {
		c.spill = newSpill(c.run.Root, c.run.ID)
		c.spill.write(c.head)
		c.spill.write(c.tail.buf) // all that came after the head so far
	}
	if c.spill != nil {
		c.spill.write(rest)
	}
	c.tail.write(rest)
}

// close ends the capture and closes the file.
func (c *capture) close() Sum {
	text := c.tail.text()
	sum := Sum{OutputSum: wire.OutputSum{
		Bytes: c.total,
		Cut:   c.total - int64(len(c.head)) - int64(len(text)),
		Tail:  text,
	}}
	if c.spill != nil {
		c.spill.close()
		sum.File, sum.Partial, sum.DiskFull = c.spill.path, c.spill.partial, c.spill.full
	}
	return sum
}
