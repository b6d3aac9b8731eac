package output

import (
	"os"
	"unicode/utf8"

	"power-interpreter/internal/wire"
)

// The widest head and tail that are kept, in characters, whatever a Run asks
// for: both are held in memory, and the tail, escaped, must fit a result beside
// what the kernel says (see link.MaxFrame).
const (
	maxHead = 1 << 20
	maxTail = 256 << 10
)

// Run is an execution whose text is to be captured.
type Run struct {
	ID string
	// Head and Tail bound, in characters, what is sent as it comes and what is
	// kept of the rest.
	Head, Tail int
	// Root is the session's folder, nil when there is to be no file.
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
	total int64  // characters
	head  []byte // Run.Head characters at most
	left  int    // characters that the head still takes
	tail  tail
	spill *spill
}

func newCapture(run Run) *capture {
	run.Head = min(max(run.Head, 0), maxHead)
	run.Tail = min(max(run.Tail, 0), maxTail)
	return &capture{run: run, left: run.Head, tail: tail{limit: run.Tail}}
}

// take returns the part of text that is to be sent now.
func (c *capture) take(text []byte) []byte {
	fits := c.takeHead(text)
	if rest := text[len(fits):]; len(rest) > 0 {
		c.takeRest(rest)
	}
	return fits
}

func (c *capture) takeHead(text []byte) []byte {
	end := 0
	for ; c.left > 0 && end < len(text); c.left-- {
		_, size := utf8.DecodeRune(text[end:])
		end += size
		c.total++
	}
	c.head = append(c.head, text[:end]...)
	return text[:end]
}

func (c *capture) takeRest(rest []byte) {
	n := count(rest)
	c.total += n
	if c.spill == nil && c.tail.seen+n > int64(c.tail.limit) {
		c.spill = newSpill(c.run.Root, c.run.ID)
		c.spill.write(c.head)
		c.spill.write(c.tail.buf) // all that came after the head so far
	}
	c.spill.write(rest)
	c.tail.write(rest, n)
}

// live is what stands behind the text sent so far, window the end of it that
// may still change: at most wire.MaxLive bytes, and the characters before them.
func (c *capture) live(window []byte) (text []byte, skipped int64) {
	rest := c.tail.end(max(0, wire.MaxLive-len(window)))
	return append(rest, window...), c.tail.seen - count(rest)
}

// close ends the capture and closes the file.
func (c *capture) close() Sum {
	text := c.tail.text()
	sum := Sum{OutputSum: wire.OutputSum{
		Chars:    c.total,
		CutChars: c.tail.seen - count(text),
		Tail:     string(text),
	}}
	if c.spill != nil {
		c.spill.close()
		sum.File, sum.Partial, sum.DiskFull = c.spill.path, c.spill.partial, c.spill.full
	}
	return sum
}
