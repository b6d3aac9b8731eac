package docker

import (
	"bytes"
	"io"
	"log/slog"
)

const (
	// maxStderrLines is how many writes to stderr one attachment logs: the
	// supervisor says little, and what writes much is not the supervisor.
	maxStderrLines = 20
	// maxStderrText is how much of one write is logged, in bytes.
	maxStderrText = 200
)

// stderrLog logs a runner's stderr. It carries the supervisor's own faults; but
// whatever a kernel's processes may get to write there is a user's, so the text
// is logged only if it begins as a fault of a Go program does, else its size.
type stderrLog struct {
	log   *slog.Logger
	lines int
}

// take reads body to its end, into a bounded buffer and then nowhere.
func (l *stderrLog) take(body *io.LimitedReader) error {
	size := body.N
	text := make([]byte, min(size, maxStderrText))
	if _, err := io.ReadFull(body, text); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return err
	}
	if body.N > 0 {
		return io.ErrUnexpectedEOF
	}
	if l.lines++; l.lines <= maxStderrLines {
		l.log.Debug("the runner wrote to stderr", "bytes", size, "fault", goFault(text))
	}
	return nil
}

// goFault returns text's first line if it is the beginning of a Go program's
// end or of the supervisor's own message, else nothing.
func goFault(text []byte) string {
	for _, beginning := range []string{"panic: ", "fatal error: ", "supervisor: "} {
		if bytes.HasPrefix(text, []byte(beginning)) {
			line, _, _ := bytes.Cut(text, []byte("\n"))
			return string(line)
		}
	}
	return ""
}
