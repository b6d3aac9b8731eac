package docker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"
)

// The engine's framing of an attachment without a terminal, by its API's
// reference ("Attach to a container", "Stream format"): a byte for the stream,
// three zero bytes, the size as a big-endian uint32, then so many bytes.
const (
	headerSize  = 8
	kindStdin   = 0 // never sent; the reference lists it as stdout's
	kindStdout  = 1
	kindStderr  = 2
	kindFailure = 3 // the engine's own words, then the end

	// maxFrame is beyond what any engine sends at once (it copies through
	// buffers of 32 KB). A larger size means that the two sides lost step.
	// Nothing is ever allocated by a frame's size.
	maxFrame = 16 << 20
	// maxFailure bounds what is kept of the engine's own words.
	maxFailure = 512
	// writeTimeout is how long the runner may leave its stdin unread: PID 1
	// does nothing but read it.
	writeTimeout = 30 * time.Second
)

// errOutOfStep is the end of a stream that is not framed as promised.
var errOutOfStep = errors.New("docker: the attached stream is out of step")

// stream is an attachment: stdout to read, stdin to write. It takes the frames
// apart as it is read, so no goroutine stands between.
type stream struct {
	conn   net.Conn
	frames *bufio.Reader
	left   int // bytes of the current stdout frame that are yet to be read
	stderr stderrLog
}

func newStream(conn net.Conn, frames *bufio.Reader, log *slog.Logger) *stream {
	return &stream{conn: conn, frames: frames, stderr: stderrLog{log: log}}
}

// Read reads the runner's stdout.
func (s *stream) Read(p []byte) (int, error) {
	for s.left == 0 && len(p) > 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n, err := s.frames.Read(p[:min(len(p), s.left)])
	s.left -= n
	if err == io.EOF && s.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next reads one header, and all of a frame that is not stdout's.
func (s *stream) next() error {
	var header [headerSize]byte
	if _, err := io.ReadFull(s.frames, header[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(header[4:])
	if size > maxFrame || header[1]|header[2]|header[3] != 0 {
		return errOutOfStep
	}
	body := &io.LimitedReader{R: s.frames, N: int64(size)}
	switch header[0] {
	case kindStdin, kindStdout:
		s.left = int(size)
		return nil
	case kindStderr:
		return s.stderr.take(body)
	case kindFailure:
		words, _ := io.ReadAll(io.LimitReader(body, maxFailure))
		return fmt.Errorf("docker: the engine ended the stream: %q", words)
	}
	return errOutOfStep
}

// Write writes to the runner's stdin. After an error the stream is of no more
// use: part of p may have gone through.
func (s *stream) Write(p []byte) (int, error) {
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return s.conn.Write(p)
}

// Close drops the connection.
func (s *stream) Close() error { return s.conn.Close() }
