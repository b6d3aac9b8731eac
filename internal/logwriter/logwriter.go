// Package logwriter writes a log a moment after it was said, many lines at once.
//
// A line a call was a sixth of a server's whole work: not its words, but that a
// write which may block wakes the scheduler's monitor (runtime.sysmon), which then
// looks about every 20 µs until the process is idle again.
package logwriter

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// pause is how long a line may wait for others.
	pause = 100 * time.Millisecond
	// most is how many bytes may wait; a line that finds more writes them all.
	most = 64 << 10
)

// Writer gathers what is written to it. Flush is to be called at the end: what
// waits is lost with the process otherwise. Its methods may be called by any
// goroutine.
type Writer struct {
	out io.Writer

	writing sync.Mutex // held while out is written to, so that lines keep their order
	spare   []byte     // writing guards it

	mu      sync.Mutex
	waiting []byte
	timer   *time.Timer // nil until the first line
	armed   bool
}

// New returns a writer to out, which nothing else should write to.
func New(out io.Writer) *Writer { return &Writer{out: out} }

// Write takes lines; it fails never. It waits for out only where too many wait.
func (w *Writer) Write(lines []byte) (int, error) {
	w.mu.Lock()
	w.waiting = append(w.waiting, lines...)
	full := len(w.waiting) >= most
	if !full && !w.armed {
		w.arm()
	}
	w.mu.Unlock()
	if full {
		w.Flush()
	}
	return len(lines), nil
}

// arm has what waits written soon. The caller holds mu.
func (w *Writer) arm() {
	w.armed = true
	if w.timer == nil {
		w.timer = time.AfterFunc(pause, w.Flush)
		return
	}
	w.timer.Reset(pause)
}

// Flush writes what waits.
func (w *Writer) Flush() {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.waiting
	w.waiting, w.armed = w.spare[:0], false
	w.mu.Unlock()
	if len(lines) > 0 {
		_, _ = w.out.Write(lines) // there is nobody to tell
	}
	if w.spare = lines; cap(lines) > 2*most {
		w.spare = nil
	}
}

// Handler returns a handler of a log that is written to w by h: from a warning
// on, a line is written before it returns.
func (w *Writer) Handler(h slog.Handler) slog.Handler { return handler{h, w} }

type handler struct {
	slog.Handler
	w *Writer
}

// Handle takes one record.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		h.w.Flush()
	}
	return err
}

// WithAttrs returns a handler that adds attributes.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.w}
}

// WithGroup returns a handler that opens a group.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name), h.w} }
