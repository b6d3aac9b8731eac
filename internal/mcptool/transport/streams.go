package transport

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// maxStreams bounds the event streams that are open at once; each is a
// connection and two goroutines.
const maxStreams = 1000

var errTooManyStreams = errors.New("too many event streams are open on this server: try again later")

// streams are the event streams that are open, by their client's id.
type streams struct {
	mu     sync.Mutex
	open   map[string]*stream
	closed bool
	left   sync.WaitGroup
}

// stream is one. Its context ends when it shall close.
type stream struct {
	client  string
	classic bool // takes messages by serveMessage
	wire    *wire
	ctx     context.Context
	cancel  context.CancelCauseFunc
}

func newStreams() *streams { return &streams{open: map[string]*stream{}} }

// add enters a stream; a client's new one takes the place of its old one, which
// may be a connection that broke unnoticed.
func (s *streams) add(st *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.open[st.client]
	switch {
	case s.closed:
		return errStopping
	case old == nil && len(s.open) >= maxStreams:
		return errTooManyStreams
	case old != nil:
		old.cancel(errDropped)
	}
	s.open[st.client] = st
	s.left.Add(1)
	return nil
}

func (s *streams) remove(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[st.client] == st {
		delete(s.open, st.client)
	}
	s.left.Done()
}

func (s *streams) get(client string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[client]
}

// close ends a client's stream, if it has one.
func (s *streams) close(client string, cause error) {
	if st := s.get(client); st != nil {
		st.cancel(cause)
	}
}

// closeAll tells every stream to end and refuses new ones; wait returns when
// they are gone.
func (s *streams) closeAll(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, st := range s.open {
		st.cancel(cause)
	}
}

func (s *streams) wait() { s.left.Wait() }

// serveStream serves a client's event stream until the client leaves, another
// takes its place or the server stops. hello is sent first.
func (t *Transport) serveStream(w http.ResponseWriter, r *http.Request, st *stream, hello func(*events) error) {
	st.ctx, st.cancel = context.WithCancelCause(r.Context())
	defer st.cancel(nil)
	if err := t.streams.add(st); err != nil {
		turnAway(w, http.StatusServiceUnavailable, refuse(nil, codeBusy, "%v", err))
		return
	}
	defer t.streams.remove(st)
	defer context.AfterFunc(st.ctx, st.wire.end)()
	to := openEvents(w)
	st.try(func() error { return hello(to) })
	st.wire.run(
		func(v any) { st.try(func() error { return to.message(v) }) },
		func() { st.try(to.comment) },
	)
}

// try sends, unless nobody reads any more. A server that stops still sends the
// last answers.
func (st *stream) try(send func() error) {
	if st.ctx.Err() != nil && !errors.Is(context.Cause(st.ctx), errStopping) {
		return
	}
	if send() != nil {
		st.cancel(errDropped)
	}
}
