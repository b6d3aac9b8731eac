package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
)

// Reader reads frames from a stream that may be hostile or begin in the
// middle of a line. It is used by one goroutine.
type Reader struct {
	buf     *bufio.Reader
	max     int
	line    []byte
	Dropped int // lines dropped so far: too long, not JSON, another version
}

const (
	// readBuffer is one large read of an attach stream; a longer line is gathered.
	readBuffer = 64 << 10
	// keptLine is the most memory kept for the next long line.
	keptLine = 256 << 10
)

// NewReader reads frames of at most max bytes each from r.
func NewReader(r io.Reader, max int) *Reader {
	return &Reader{buf: bufio.NewReaderSize(r, readBuffer), max: max}
}

// Next returns the next frame. Lines that are no frame are dropped and
// counted. The error is the stream's own, io.EOF at its end.
func (r *Reader) Next() (Frame, error) {
	for {
		line, err := r.nextLine()
		if err != nil {
			return Frame{}, err
		}
		if len(line) == 0 {
			continue
		}
		f, err := parse(line)
		if err != nil || f.V != Version || f.Kind == "" {
			r.Dropped++
			continue
		}
		return f, nil
	}
}

// nextLine returns a line without its newline, empty for one that was too long.
func (r *Reader) nextLine() ([]byte, error) {
	if r.line = r.line[:0]; cap(r.line) > keptLine {
		r.line = nil
	}
	tooLong := false
	for {
		part, err := r.buf.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if tooLong = tooLong || len(r.line)+len(part) > r.max; !tooLong {
			r.line = append(r.line, part...)
		}
		if err == nil {
			break
		}
	}
	if tooLong {
		r.Dropped++
		r.line = nil // give the memory of a huge line back
		return nil, nil
	}
	return bytes.TrimSpace(r.line), nil
}

// Writer writes frames, each in one Write. It may be used by many goroutines.
type Writer struct {
	mu sync.Mutex
	w  io.Writer
}

// NewWriter writes frames to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write sends one frame. A frame after a failed write begins on a new line
// only if the caller calls Resync first.
func (w *Writer) Write(f Frame) error {
	line, err := Marshal(f)
	if err != nil {
		return err
	}
	return w.write(line)
}

// Resync writes a newline, so that a predecessor's half-written frame ends.
func (w *Writer) Resync() error { return w.write([]byte{'\n'}) }

func (w *Writer) write(p []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.w.Write(p)
	return err
}

// Marshal returns the frame's line, with its newline.
func Marshal(f Frame) ([]byte, error) {
	if line, plain := appendPlain(f); plain {
		return line, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // code is full of < and &: escaping doubles it
	err := enc.Encode(f)
	return b.Bytes(), err
}
