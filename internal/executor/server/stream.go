package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// sendTime is how long a front may not take an event.
	sendTime = 30 * time.Second
	// maxPending bounds the output, in bytes, that waits for a front that is slow
	// to take it; the reply at the end has all.
	maxPending = 1 << 20
)

// stream is the answer of a call: its events, and signs of life between them. It
// owns a goroutine from newStream to close.
type stream struct {
	cancel context.CancelCauseFunc // of the call whose front cannot be written to
	wake   chan struct{}
	quit   chan struct{}
	quited chan struct{}

	writing sync.Mutex // one event at a time; held while it is written: that is what it is for
	w       http.ResponseWriter
	conn    *http.ResponseController

	mu      sync.Mutex
	pending *orchestrator.Output
}

func newStream(w http.ResponseWriter, k *call) *stream {
	s := &stream{
		cancel: k.cancel, w: w, conn: http.NewResponseController(w),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), quited: make(chan struct{}),
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // as proxies know it: each event at once
	go s.run()
	return s
}

// close ends the goroutine; nothing comes of it after that.
func (s *stream) close() {
	close(s.quit)
	<-s.quited
}

func (s *stream) run() {
	defer close(s.quited)
	beat := time.NewTimer(protocol.Beat)
	defer beat.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-beat.C:
			s.write([]byte("\n"))
		case <-s.wake:
			if out := s.take(); out != nil {
				s.send(protocol.Event[any]{Output: out})
			}
		}
		beat.Reset(protocol.Beat)
	}
}

// watch takes new output. It does not block: what a slow front has not taken yet
// becomes one event.
func (s *stream) watch(out orchestrator.Output) {
	s.mu.Lock()
	if s.pending == nil {
		s.pending = &orchestrator.Output{}
	}
	text := s.pending.Text + out.Text
	if len(text) > maxPending {
		text = text[len(text)-maxPending:]
	}
	*s.pending = orchestrator.Output{Text: text, Live: out.Live, Skipped: out.Skipped}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *stream) take() *orchestrator.Output {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.pending
	s.pending = nil
	return out
}

// admitted says that the call is in line.
func (s *stream) admitted(execution string) {
	s.send(protocol.Event[any]{Admitted: &execution})
}

// send writes an event. A front that does not take it has gone.
func (s *stream) send(e any) {
	raw, err := json.Marshal(e)
	if err != nil {
		s.cancel(err)
		return
	}
	s.write(append(raw, '\n'))
}

// finish writes the last event, after close. It goes out with the end of the answer.
func (s *stream) finish(e any) {
	raw, err := json.Marshal(e)
	if err != nil {
		s.cancel(err)
		return
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(sendTime))
	_, _ = s.w.Write(append(raw, '\n')) // it has gone, or not
}

func (s *stream) write(raw []byte) {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(sendTime)) // not supported by a test's recorder
	_, err := s.w.Write(raw)
	if err == nil {
		err = s.conn.Flush()
	}
	if err != nil {
		s.cancel(errDropped)
	}
	_ = s.conn.SetWriteDeadline(time.Time{})
}
