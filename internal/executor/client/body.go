package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// body is a file on its way to the executor. Nothing of its content is read
// before the executor asks for it, and nothing after the call. A nil one is none.
type body struct {
	content io.Reader
	asked   chan struct{} // closed when it may be read
	ask     func()
	ended   chan struct{} // closed when it is not to be read any more
	finish  func()
	turn    chan struct{} // holds one while content is being read
	stopped atomic.Bool
	trailer http.Header
}

func newBody(content io.Reader) *body {
	b := &body{content: content, asked: make(chan struct{}), ended: make(chan struct{}), turn: make(chan struct{}, 1)}
	b.ask = sync.OnceFunc(func() { close(b.asked) })
	b.finish = sync.OnceFunc(b.finishOnce)
	return b
}

// reader is it as a request's body.
func (b *body) reader() io.Reader {
	if b == nil {
		return http.NoBody
	}
	return b
}

// announce says in a request's head that a fault may follow the content.
func (b *body) announce(r *http.Request) {
	if b == nil {
		return
	}
	b.trailer = http.Header{protocol.HeaderFault: nil}
	r.Trailer = b.trailer
	r.ContentLength = -1
}

// begin lets it be read.
func (b *body) begin() { b.ask() }

// Read reads on, for the transport. A source that fails is told behind the
// content, which ends there.
func (b *body) Read(p []byte) (int, error) {
	select {
	case <-b.asked:
	case <-b.ended:
		return 0, io.ErrClosedPipe
	}
	select {
	case b.turn <- struct{}{}:
	case <-b.ended:
		return 0, io.ErrClosedPipe
	}
	defer func() { <-b.turn }()
	select {
	case <-b.ended:
		return 0, io.ErrClosedPipe
	default:
	}
	n, err := b.read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.tell(err)
		err = io.EOF
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.stopped.Load() {
		return 0, orchestrator.Errorf(orchestrator.CodeCancelled, "given up before the file had come; nothing was written")
	}
	return b.content.Read(p)
}

func (b *body) tell(err error) {
	raw, failed := json.Marshal(protocol.NewError(err))
	if failed == nil {
		b.trailer.Set(protocol.HeaderFault, string(raw))
	}
}

// interrupt ends the content, as soon as its source lets it.
func (b *body) interrupt() {
	if b == nil {
		return
	}
	b.stopped.Store(true)
	if source, is := b.content.(orchestrator.Interrupter); is {
		source.Interrupt()
	}
}

// end returns when nothing reads the content, and nothing ever will.
func (b *body) end() {
	if b != nil {
		b.finish()
	}
}

func (b *body) finishOnce() {
	close(b.ended)
	select {
	case b.turn <- struct{}{}:
	default:
		b.interrupt()
		b.turn <- struct{}{}
	}
}
