package transport

import (
	"fmt"
	"net/http"
	"time"
)

// eventTime is how long a client may take to accept one event before its stream
// is given up. A reply with pictures is a few MB.
const eventTime = 60 * time.Second

// keepAlive is how often a silent stream sends a comment: proxies close what is
// silent for 30 to 60 seconds.
const keepAlive = 20 * time.Second

// events writes a stream of server-sent events. It has one user at a time.
type events struct {
	w    http.ResponseWriter
	conn *http.ResponseController
}

// openEvents sends the head of an event stream.
func openEvents(w http.ResponseWriter) *events {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return &events{w: w, conn: http.NewResponseController(w)}
}

// message sends one JSON-RPC message, or an array of them.
func (e *events) message(v any) error {
	data, err := encode(v)
	if err != nil {
		return fmt.Errorf("encode an event: %w", err)
	}
	return e.send("event: message\ndata: " + string(data) + "\n\n")
}

// comment sends what clients ignore.
func (e *events) comment() error { return e.send(": keep-alive\n\n") }

// send writes and flushes, within eventTime.
func (e *events) send(text string) error {
	_ = e.conn.SetWriteDeadline(time.Now().Add(eventTime))
	defer func() { _ = e.conn.SetWriteDeadline(time.Time{}) }()
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.conn.Flush()
}
