package storm

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Log is the record of what the suite did and was answered, a line each.
type Log struct {
	mu    sync.Mutex
	to    io.Writer
	began time.Time
}

// NewLog writes to w, which the caller closes.
func NewLog(w io.Writer) *Log { return &Log{to: w, began: time.Now()} }

// Note writes a line. That the log cannot be written is no reason to stop.
func (l *Log) Note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.to, "%9.3f %s\n", time.Since(l.began).Seconds(), fmt.Sprintf(format, args...))
}
