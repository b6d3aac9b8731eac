package server

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// maxCalls bounds the calls under way over all fronts, files included: beyond
	// what the sessions of one host can use, and a few MB of goroutines. maxOfOne
	// keeps one front from taking them all.
	maxCalls = 4000
	maxOfOne = 2500
)

// Why a call's context ends where nobody has cancelled it.
var (
	errDropped  = errors.New("the front dropped the connection")
	errGone     = errors.New("the front's caller has gone")
	errStopping = errors.New("the executor is stopping")
)

// calls are those under way.
type calls struct {
	mu       sync.Mutex
	all      map[callID]*call
	of       map[front]int
	draining bool
	idle     chan struct{} // closed when draining and none is left
}

// callID names a call: no front can name another's.
type callID struct {
	front front
	id    string
}

// call is one under way.
type call struct {
	front  front
	ref    orchestrator.Ref // the session it concerns, zero for none
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func newCalls() *calls {
	return &calls{all: map[callID]*call{}, of: map[front]int{}, idle: make(chan struct{})}
}

// begin enters a call whose context ends with the request's, or by end, or by
// drain; done leaves.
func (c *calls) begin(r *http.Request, f front) (k *call, done func(), refused *refusal) {
	id := callID{f, r.Header.Get(protocol.HeaderCall)}
	if len(id.id) < 16 || len(id.id) > 64 { // long enough for no two to be the same
		return nil, nil, &refusal{http.StatusBadRequest, invalid("the call has no id")}
	}
	k = &call{front: f}
	k.ctx, k.cancel = context.WithCancelCause(context.WithoutCancel(r.Context()))
	if refused := c.enter(id, k); refused != nil {
		k.cancel(nil)
		return nil, nil, refused
	}
	stop := context.AfterFunc(r.Context(), func() { k.cancel(errDropped) })
	return k, func() {
		stop()
		k.cancel(nil)
		c.leave(id)
	}, nil
}

func (c *calls) enter(id callID, k *call) *refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.draining:
		return unavailable(orchestrator.CodeUnavailable, "the server is stopping; try again in a few seconds")
	case len(c.all) >= maxCalls || c.of[id.front] >= maxOfOne:
		return unavailable(orchestrator.CodeBusy, "too many calls are under way; try again in a few seconds")
	case c.all[id] != nil:
		return &refusal{http.StatusBadRequest, invalid("a call of this id is under way")}
	}
	c.all[id] = k
	c.of[id.front]++
	return nil
}

func unavailable(code orchestrator.Code, words string) *refusal {
	return &refusal{http.StatusServiceUnavailable, protocol.Refusal{Error: protocol.Error{Code: code, Message: words}}}
}

func (c *calls) leave(id callID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, id)
	if c.of[id.front]--; c.of[id.front] == 0 {
		delete(c.of, id.front)
	}
	if c.draining && len(c.all) == 0 {
		close(c.idle)
	}
}

// end ends the context of a call. One that has ended by itself stays as it is.
func (c *calls) end(f front, e protocol.Ending) {
	c.mu.Lock()
	k := c.all[callID{f, e.Call}]
	c.mu.Unlock()
	if k == nil {
		return
	}
	cause := errGone
	if e.Cancelled {
		cause = orchestrator.ErrCancelled
	}
	k.cancel(cause)
}

// endTime is how long calls whose context was ended may take to say what has
// become of them.
const endTime = 2 * time.Second

// drain refuses new calls and waits for those under way until ctx ends, when it
// ends theirs and gives them endTime. It is called once.
func (c *calls) drain(ctx context.Context) {
	c.mu.Lock()
	c.draining = true
	left := len(c.all)
	c.mu.Unlock()
	if left == 0 {
		return
	}
	select {
	case <-c.idle:
		return
	case <-ctx.Done():
	}
	c.cancelAll(errStopping)
	select {
	case <-c.idle:
	case <-time.After(endTime):
	}
}

func (c *calls) cancelAll(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.all {
		k.cancel(cause)
	}
}
