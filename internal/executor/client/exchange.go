package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// firstTime is how long a call's first sign of life may take: less than later
	// ones, for nothing is lost yet.
	firstTime = 6 * time.Second
	// leastTime is what is left of it to a call that has waited for others.
	leastTime = time.Second
	// goneTime is how long a call that nobody waits for any more may take to end,
	// before its connection is dropped, which ends it as well.
	goneTime = 3 * time.Second
	// cancelledTime is that of a call that its caller has cancelled: an executor
	// needs an interrupt's graces, and its own clock's.
	cancelledTime = 2*orchestrator.InterruptGrace + 20*time.Second
)

// exchange is one request with its answer, which ends when no sign of life comes
// for too long.
type exchange struct {
	c       *Client
	id      string
	ctx     context.Context // its own: the caller's end does not drop the connection
	cancel  context.CancelCauseFunc
	stop    func() bool
	silence *time.Timer
	sent    atomic.Bool // all of the request
	began   atomic.Bool
	begun   chan struct{} // closed with the first sign of life
}

// exchange begins one; done ends it.
func (c *Client) exchange(ctx context.Context, first time.Duration) *exchange {
	x := &exchange{c: c, id: rand.Text(), begun: make(chan struct{})}
	x.ctx, x.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	x.stop = context.AfterFunc(c.life, func() { x.cancel(errClosed) })
	x.silence = time.AfterFunc(first, func() { x.cancel(errSilent) })
	return x
}

func (x *exchange) done() {
	x.silence.Stop()
	x.stop()
	x.cancel(nil)
}

// alive takes a sign of life.
func (x *exchange) alive() {
	x.silence.Reset(protocol.Silence)
	if x.began.CompareAndSwap(false, true) {
		close(x.begun)
		x.c.found()
	}
}

// send sends a request and returns the executor's answer to it, or a *fault or
// an *orchestrator.Error. The caller closes the answer's body.
func (x *exchange) send(verb string, m protocol.Method, query string, body io.Reader, change ...func(*http.Request)) (*http.Response, error) {
	u := *x.c.base
	u.Path += protocol.Path(m)
	u.RawQuery = query
	traced := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{
		WroteRequest: func(w httptrace.WroteRequestInfo) { x.sent.Store(w.Err == nil) },
	})
	r, err := http.NewRequestWithContext(traced, verb, u.String(), body)
	if err != nil {
		return nil, wrong("EXECUTOR_URL cannot be called")
	}
	r.Header.Set(protocol.HeaderVersion, protocol.Version)
	r.Header.Set(protocol.HeaderCall, x.id)
	if x.c.cfg.Token != "" {
		r.Header.Set("Authorization", "Bearer "+x.c.cfg.Token)
	}
	for _, f := range change {
		f(r)
	}
	answer, err := x.c.http.RoundTrip(r) // no redirects: the token is for this host
	if err != nil {
		return nil, faultOf(x.ctx, err)
	}
	if err := check(answer); err != nil {
		_ = answer.Body.Close() // it was refused anyway
		return nil, err
	}
	return answer, nil
}

// check looks at who answers, and whether it serves us.
func check(answer *http.Response) error {
	switch spoken := answer.Header.Get(protocol.HeaderVersion); {
	case spoken == "" && answer.StatusCode >= http.StatusInternalServerError:
		return &fault{true, "a proxy before it has no answer of it (" + answer.Status[:3] + ")", nil}
	case spoken == "":
		return wrong("what answers there is no executor of power-interpreter, or it is one that wants https")
	case spoken != protocol.Version:
		return wrong("this server speaks version %s of the executor's protocol, the executor %.20q: run the same version of power-interpreter on both", protocol.Version, spoken)
	case answer.StatusCode == http.StatusUnauthorized:
		return wrong("it refuses the token: EXECUTOR_TOKEN must be one of the executor's own")
	case answer.StatusCode == http.StatusOK:
		return nil
	}
	var r protocol.Refusal
	if json.NewDecoder(io.LimitReader(answer.Body, protocol.MaxRefusal)).Decode(&r) != nil || r.Error.Code == "" {
		return wrong("it answers with status %d and no reason", answer.StatusCode)
	}
	return r.Error.Err()
}

// plain is an exchange of JSON that takes no time.
func (c *Client) plain(ctx context.Context, verb string, m protocol.Method, args, into any) error {
	x := c.exchange(ctx, firstTime)
	defer x.done()
	defer context.AfterFunc(ctx, func() { x.cancel(context.Cause(ctx)) })()
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	answer, err := x.send(verb, m, "", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(answer.Body, protocol.MaxRefusal))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return faultOf(x.ctx, err)
	}
	return nil
}

// toldOf is an error as a caller of a tool is told.
func toldOf(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return f.told()
	}
	return err
}
