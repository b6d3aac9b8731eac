package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// contentPause is how long a front may send nothing of a file. Its own clients
	// get less.
	contentPause = time.Minute
	// restTime and restBytes bound what is read of a file that is not taken, so
	// that the front reads why before the connection ends.
	restTime  = 3 * time.Second
	restBytes = 64 << 20
)

// content is a file as a front sends it: asked for with the first Read. It is an
// orchestrator.Interrupter.
type content struct {
	r       *http.Request
	conn    *http.ResponseController
	events  *stream
	asked   bool
	ended   bool
	stopped atomic.Bool
}

// Read reads on. It fails with the front's error where its own source did.
func (c *content) Read(p []byte) (int, error) {
	if !c.asked {
		c.asked = true
		c.events.send(protocol.Event[any]{Send: true})
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(contentPause))
	if c.stopped.Load() { // after the deadline was set: Interrupt's own must be the last
		c.Interrupt()
	}
	n, err := c.r.Body.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		c.ended = true
		_ = c.conn.SetReadDeadline(time.Time{}) // left behind, it would pass for a dropped connection
		if fault := c.fault(); fault != nil {
			err = fault
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = orchestrator.Hide(orchestrator.CodeTimeout, err, "the file did not come any further for %s: send it again", contentPause)
	default:
		err = orchestrator.Hide(orchestrator.CodeCancelled, err, "the connection ended before the file did: send it again")
	}
	return n, err
}

// fault is why the front's source ended before its end, nil if it did not.
func (c *content) fault() error {
	raw := c.r.Trailer.Get(protocol.HeaderFault)
	if raw == "" {
		return nil
	}
	var e protocol.Error
	if json.Unmarshal([]byte(raw), &e) != nil || e.Code == "" {
		return orchestrator.Errorf(orchestrator.CodeCancelled, "the file ended early: send it again")
	}
	return e.Err()
}

// Interrupt makes the Read under way fail, and all that follow.
func (c *content) Interrupt() {
	c.stopped.Store(true)
	_ = c.conn.SetReadDeadline(time.Unix(1, 0))
}

// discard reads what is left, once the end of the call is told.
func (c *content) discard() {
	if c.ended || !c.asked {
		return
	}
	_ = c.conn.Flush()
	_ = c.conn.SetReadDeadline(time.Now().Add(restTime))
	_, _ = io.CopyN(io.Discard, c.r.Body, restBytes)
}
