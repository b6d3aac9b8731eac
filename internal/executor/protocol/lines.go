package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

const (
	// readBuffer is one read of an answer, most of which are smaller.
	readBuffer = 8 << 10
	// largeLine is what a line may weigh without a place for it.
	largeLine = 1 << 20
)

// ErrTooLong is a line beyond MaxEvent.
var ErrTooLong = errors.New("an event is longer than the protocol allows")

// Places bounds the larger lines held in memory at once; decoding takes several
// times a line's size.
type Places chan struct{}

// NewPlaces returns n of them.
func NewPlaces(n int) Places { return make(Places, n) }

// Lines reads the lines of an answer, which may be hostile.
type Lines struct {
	buf    *bufio.Reader
	places Places
	line   []byte
	placed bool
}

// NewLines reads lines from r. Close gives its place back.
func NewLines(r io.Reader, places Places) *Lines {
	return &Lines{buf: bufio.NewReaderSize(r, readBuffer), places: places}
}

// Next returns the next line without its end; it is good until the next call.
// alive is called with each piece that comes of it.
func (l *Lines) Next(alive func()) ([]byte, error) {
	l.Close()
	for {
		piece, err := l.buf.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF // an answer has its end in it
			}
			return nil, err
		}
		alive()
		if err == nil && len(l.line) == 0 {
			return bytes.TrimSpace(piece), nil
		}
		if l.line = append(l.line, piece...); len(l.line) > MaxEvent {
			return nil, ErrTooLong
		}
		if len(l.line) > largeLine && !l.placed {
			l.places <- struct{}{}
			l.placed = true
		}
		if err == nil {
			return bytes.TrimSpace(l.line), nil
		}
	}
}

// Close gives the memory and the place of a large line back.
func (l *Lines) Close() {
	if l.line = l.line[:0]; l.placed {
		<-l.places
		l.line, l.placed = nil, false
	}
}

// Decode reads JSON as the orchestrator's types have it: a number of a table is
// as it was written, not a float64.
func Decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}
