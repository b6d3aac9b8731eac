package runner

import (
	"errors"
	"io"
	"net"
	"time"
)

// writeTimeout is how long the runner may leave what it is sent unread: PID 1
// does nothing but read it.
const writeTimeout = 30 * time.Second

// knock is a connection that came by the door.
type knock struct{ net.Conn }

// Write writes to the runner. After an error the stream is of no more use: part
// of p may have gone through.
func (k knock) Write(p []byte) (int, error) {
	if err := k.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return k.Conn.Write(p)
}

// shortcut is a stream past the engine. It outlives the engine's, which ends with
// an engine that restarts: a runner that can be heard is not given up for that.
type shortcut struct {
	io.ReadWriteCloser
	engine far
}

// Close closes both and waits for the engine's reader.
func (s shortcut) Close() error {
	err := errors.Join(s.ReadWriteCloser.Close(), s.engine.stream.Close())
	<-s.engine.ended
	return err
}
