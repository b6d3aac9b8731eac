package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxCalls bounds the calls in flight over all clients: far beyond what the
// sessions of one host can use, and a few MB of goroutines.
const maxCalls = 2000

// Why a call cannot begin.
var (
	errSameID   = errors.New("a call with this id is still running: give each request an id of its own")
	errTooMany  = errors.New("too many calls are running on this server: try again in a few seconds")
	errStopping = errors.New("the server is stopping: try again in a few seconds")
)

// calls are the requests in flight. It is what makes a call's context end of
// the cause that the caller gave, which mcp-go's own cancellation loses.
type calls struct {
	mu       sync.Mutex
	all      map[*call]struct{}
	named    map[callID]*call // those that a client may name to cancel them
	draining bool
	idle     chan struct{} // closed when draining and none is left
}

// call is one. It has an answer before it is gone, which is when that is
// written: an id may be used again at once, and a server that stops waits.
type call struct {
	calls  *calls
	name   callID
	ctx    context.Context
	cancel context.CancelCauseFunc
	stop   func() bool // forgets the context it came with
}

// callID names a call; the client's id alone would let one client cancel
// another's.
type callID struct{ client, request string }

func newCalls() *calls {
	return &calls{all: map[*call]struct{}{}, named: map[callID]*call{}, idle: make(chan struct{})}
}

// begin enters a call; answered and gone must be called. Its context has
// parent's values but ends only by cancel, by drain, or with cause when parent
// ends. A client without an id ("") cannot be told from another, so its calls
// have no name.
func (c *calls) begin(parent context.Context, client string, id json.RawMessage, cause error) (*call, error) {
	k := &call{calls: c, name: callID{client, canonical(id)}}
	if err := c.enter(parent, k); err != nil {
		return nil, err
	}
	k.stop = context.AfterFunc(parent, func() { k.cancel(cause) })
	return k, nil
}

// answered ends the call's context, and gives its id free.
func (k *call) answered() {
	k.stop()
	k.cancel(nil)
	k.calls.mu.Lock()
	defer k.calls.mu.Unlock()
	if k.calls.named[k.name] == k {
		delete(k.calls.named, k.name)
	}
}

// gone leaves.
func (k *call) gone() {
	c := k.calls
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, k)
	if c.draining && len(c.all) == 0 {
		close(c.idle)
	}
}

func (c *calls) enter(parent context.Context, k *call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.draining:
		return errStopping
	case len(c.all) >= maxCalls:
		return errTooMany
	case k.name.client != "" && c.named[k.name] != nil:
		return errSameID
	}
	k.ctx, k.cancel = context.WithCancelCause(context.WithoutCancel(parent))
	c.all[k] = struct{}{}
	if k.name.client != "" {
		c.named[k.name] = k
	}
	return nil
}

// cancel ends a client's call with cause, if it is still running.
func (c *calls) cancel(client string, id json.RawMessage, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.named[callID{client, canonical(id)}]; k != nil {
		k.cancel(cause)
	}
}

// drain refuses new calls and waits for those in flight until ctx ends; then it
// ends them with errStopping and gives them grace to answer. It is called once.
func (c *calls) drain(ctx context.Context, grace time.Duration) error {
	if c.refuseMore() == 0 {
		return nil
	}
	select {
	case <-c.idle:
		return nil
	case <-ctx.Done():
	}
	c.cancelAll(errStopping)
	select {
	case <-c.idle:
		return nil
	case <-time.After(grace):
		return fmt.Errorf("%d calls did not end", c.count())
	}
}

func (c *calls) refuseMore() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	return len(c.all)
}

func (c *calls) cancelAll(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.all {
		k.cancel(cause)
	}
}

func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all)
}

// canonical makes two spellings of a string id one; a number stays as written.
func canonical(id json.RawMessage) string {
	if len(id) == 0 || id[0] != '"' {
		return string(id)
	}
	if same, err := text(id); err == nil {
		return `"` + same
	}
	return string(id)
}
