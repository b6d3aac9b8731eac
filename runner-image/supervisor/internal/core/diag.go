package core

import (
	"fmt"
	"io"
	"sync"
)

const (
	// maxDiag bounds, in bytes, all that is ever written to stderr: less than
	// a pipe holds, so that writing it never waits for a reader.
	maxDiag = 32 << 10
	// maxDiagLine bounds one message.
	maxDiagLine = 2 << 10
)

// diag writes short words for a person. It never holds code or data.
type diag struct {
	mu   sync.Mutex
	w    io.Writer
	left int
}

func (d *diag) printf(format string, args ...any) {
	d.write([]byte("supervisor: " + fmt.Sprintf(format, args...) + "\n"))
}

// write passes on at most maxDiagLine of p.
func (d *diag) write(p []byte) {
	d.mu.Lock()
	p = p[:min(len(p), maxDiagLine, d.left)]
	d.left -= len(p)
	d.mu.Unlock()
	if len(p) > 0 {
		_, _ = d.w.Write(p) // there is nowhere else to say it
	}
}
