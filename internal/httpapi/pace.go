package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"power-interpreter/orchestrator"
)

const (
	// pause is how long the other end may neither send nor take anything.
	pause = 30 * time.Second
	// headStart and leastRate bound a transfer that never pauses for so long: it
	// may be slow for a minute, and then must have made half of 1 Mbit/s of it.
	headStart = time.Minute
	leastRate = 64 << 10 // bytes a second
	// burst is what the kernel is given to send at once. A reader at leastRate
	// takes it within pause.
	burst = 1 << 20
)

// pace knows when the other end of a transfer is too slow.
type pace struct {
	began time.Time
	moved int64
}

// deadline is when the next bytes must have moved.
func (p *pace) deadline() time.Time {
	now := time.Now()
	if p.began.IsZero() {
		p.began = now
	}
	next := now.Add(pause)
	last := p.began.Add(headStart + time.Duration(p.moved/leastRate)*time.Second)
	if last.Before(next) {
		return last
	}
	return next
}

// pacedBody is a request's body that fails where its client is too slow. It is
// an orchestrator.Interrupter.
type pacedBody struct {
	pace
	body    io.Reader
	conn    *http.ResponseController
	stopped atomic.Bool
	broken  bool // nothing more is to be had of it
}

// Read reads on.
func (b *pacedBody) Read(p []byte) (int, error) {
	_ = b.conn.SetReadDeadline(b.deadline()) // not supported by a test's recorder
	if b.stopped.Load() {                    // after the deadline was set: Interrupt's own must be the last
		b.Interrupt()
	}
	n, err := b.body.Read(p)
	b.moved += int64(n)
	b.broken = err != nil && !errors.Is(err, io.EOF)
	switch {
	case !b.broken:
		return n, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, orchestrator.Hide(orchestrator.CodeTimeout, err, "the file came too slowly, or not at all for %s: send it again", pause)
	default:
		return n, orchestrator.Hide(orchestrator.CodeCancelled, err, "the connection ended before the file did: send it again")
	}
}

// Interrupt makes the Read under way fail, and all that follow.
func (b *pacedBody) Interrupt() {
	b.stopped.Store(true)
	_ = b.conn.SetReadDeadline(time.Unix(1, 0))
}

// lift ends the deadline of a body that was read to its end: left behind, it
// would pass for a dropped connection.
func (b *pacedBody) lift() { _ = b.conn.SetReadDeadline(time.Time{}) }

// end has the answer close the connection where the body's rest is not to be
// waited for, as net/http otherwise does.
func (b *pacedBody) end(w http.ResponseWriter) {
	if b.broken {
		w.Header().Set("Connection", "close")
	}
}

// pacedWriter is an answer that fails where its client is too slow.
type pacedWriter struct {
	http.ResponseWriter
	pace
	conn *http.ResponseController
}

// Write sends on.
func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = w.conn.SetWriteDeadline(w.deadline())
	n, err := w.ResponseWriter.Write(p)
	w.moved += int64(n)
	return n, err
}

// ReadFrom sends a burst at a time. The kernel copies it by itself (sendfile)
// where source is a file, or so many bytes of one.
func (w *pacedWriter) ReadFrom(source io.Reader) (sent int64, err error) {
	left, limited := source.(*io.LimitedReader)
	if !limited {
		return io.Copy(struct{ io.Writer }{w}, source)
	}
	for left.N > 0 && err == nil {
		_ = w.conn.SetWriteDeadline(w.deadline())
		var n int64
		n, err = io.CopyN(w.ResponseWriter, left.R, min(left.N, burst))
		sent, left.N, w.moved = sent+n, left.N-n, w.moved+n
	}
	if errors.Is(err, io.EOF) { // the file was cut meanwhile
		err = nil
	}
	return sent, err
}

// lift ends the deadline.
func (w *pacedWriter) lift() { _ = w.conn.SetWriteDeadline(time.Time{}) }
