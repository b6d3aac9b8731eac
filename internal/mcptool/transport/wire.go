package transport

import (
	"context"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxAtOnce bounds the messages of one client being answered at once on a wire
// that carries many.
const maxAtOnce = 100

// wire is a connection that carries many messages at once, both ways: the
// classic event stream, or stdin and stdout. Each message is answered by a
// goroutine of its own; run alone writes, and returns when the last has left.
type wire struct {
	hub  *hub
	from sender
	out  chan any

	mu     sync.Mutex
	inside int // being answered
	ended  bool
	empty  chan struct{} // closed when ended and none is inside
}

func newWire(h *hub, from sender) *wire {
	return &wire{hub: h, from: from, out: make(chan any), empty: make(chan struct{})}
}

// receive takes one message, or a batch, and returns at once; false when the
// wire has ended. Calls end when ctx does. done is called once raw is no longer
// held.
func (w *wire) receive(ctx context.Context, raw []byte, done func()) bool {
	inside, ok := w.enter()
	if !ok {
		done()
		return false
	}
	if isBatch(raw) {
		go w.leave(done, func() (any, func()) {
			return w.hub.batch(ctx, raw, func() sender { return w.from })
		})
		return true
	}
	m, refused := parse(raw)
	switch {
	case refused != nil:
		w.leave(done, always(*refused))
	case !m.request():
		w.leave(done, func() (any, func()) { return w.hub.answer(ctx, w.from, m) })
	case inside > maxAtOnce:
		w.leave(done, always(*refuse(m.id, codeBusy, "%d calls of this client are running: wait for one to end", maxAtOnce)))
	default:
		go w.leave(done, func() (any, func()) { return w.hub.answer(ctx, w.from, m) })
	}
	return true
}

// say has run write v, unless the wire has ended.
func (w *wire) say(v any) {
	if _, ok := w.enter(); ok {
		w.leave(func() {}, always(v))
	}
}

// always is an answer that needs no work.
func always(v any) func() (any, func()) {
	return func() (any, func()) { return v, func() {} }
}

func (w *wire) enter() (inside int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return 0, false
	}
	w.inside++
	return w.inside, true
}

// leave hands an answer to run, which is there until all have left.
func (w *wire) leave(done func(), answer func() (any, func())) {
	a, written := answer()
	done()
	if a != nil {
		w.out <- a
	}
	written()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inside--
	w.close()
}

// end refuses further messages.
func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.ended = true
		w.close()
	}
}

func (w *wire) close() {
	if w.ended && w.inside == 0 {
		close(w.empty)
	}
}

// run writes what is to be said, by write, and calls silent when there was
// nothing for a while, until end was called and all answers are written.
func (w *wire) run(write func(v any), silent func()) {
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	notes := w.from.queue()
	for {
		select {
		case note := <-notes:
			write(note)
		case answer := <-w.out:
			rest(notes, func(note mcp.JSONRPCNotification) { write(note) })
			write(answer)
		case <-tick.C:
			silent()
		case <-w.empty:
			return
		}
	}
}

// rest takes the notifications that came before an answer.
func rest(notes <-chan mcp.JSONRPCNotification, take func(mcp.JSONRPCNotification)) {
	for {
		select {
		case note := <-notes:
			take(note)
		default:
			return
		}
	}
}
