package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// request is a call to be made.
type request struct {
	method protocol.Method
	args   protocol.Call
	// ordered keeps it in line with the session's other calls.
	ordered bool
	// first is how long its first sign of life may take; 0 for firstTime.
	first time.Duration
	// watch takes output as it comes, nil for none.
	watch func(orchestrator.Output)
	// file and body are those of an upload; body is nil for none.
	file *protocol.File
	body *body
}

func (q request) ref() orchestrator.Ref {
	if q.file != nil {
		return q.file.Ref
	}
	return orchestrator.Ref{Owner: q.args.Owner, ID: q.args.Session}
}

// call is a request under way.
type call struct {
	request
	*exchange
	follow    func()          // lets the session's next call be sent
	caller    context.Context // whose end ends the call, not the connection
	execution string          // the cell's, once it is known
}

// do makes a call to its end. A caller that goes away is told to the executor,
// and the end that comes of it is waited for.
func do[R any](ctx context.Context, c *Client, q request) (result R, err error) {
	k := &call{request: q, follow: func() {}, caller: ctx}
	if q.first == 0 {
		q.first = c.patience()
	}
	if q.ordered {
		came := time.Now()
		if k.follow, err = c.lines.join(ctx, q.ref()); err != nil {
			return result, err
		}
		q.first = max(q.first-time.Since(came), leastTime)
	}
	defer k.follow()
	k.exchange = c.exchange(ctx, q.first)
	defer k.watchCaller()()
	answer, err := k.start()
	if err != nil {
		return result, k.broken(err)
	}
	defer answer.Body.Close()
	return events[R](k, answer.Body)
}

// start sends the request.
func (k *call) start() (*http.Response, error) {
	if k.file != nil {
		return k.send(http.MethodPost, k.method, k.file.Query(), k.body.reader(), k.body.announce)
	}
	if !utf8.ValidString(k.args.Owner) { // JSON would make another's of it
		return nil, orchestrator.Errorf(orchestrator.CodeInvalid, "an owner is the name of a key, in UTF-8")
	}
	raw, err := json.Marshal(k.args)
	if err != nil {
		return nil, err
	}
	if len(raw) > protocol.MaxRequest {
		return nil, orchestrator.Errorf(orchestrator.CodeTooLarge, "the call is %d bytes; at most %d are taken: bring data in by upload_file or fetch_from_url", len(raw), protocol.MaxRequest)
	}
	return k.send(http.MethodPost, k.method, "", bytes.NewReader(raw), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
	})
}

// events reads the answer to its end.
func events[R any](k *call, answer io.Reader) (none R, err error) {
	lines := protocol.NewLines(answer, k.c.places)
	defer lines.Close()
	for {
		raw, err := lines.Next(k.alive)
		if err != nil {
			return none, k.broken(err)
		}
		if len(raw) == 0 {
			continue
		}
		var e protocol.Event[R]
		if protocol.Decode(raw, &e) != nil {
			return none, k.broken(wrong("it sends what is no event of the protocol"))
		}
		k.take(e.Admitted, e.Send, e.Output)
		if e.Done {
			if e.Quiet {
				k.c.quiet.note(k.request.ref())
			}
			k.body.end() // the executor wants no more of it
			k.silence.Reset(restTime)
			_, _ = lines.Next(func() {}) // the end of the answer, so that the connection can be used again
			return result(e)
		}
	}
}

// restTime is how long the end of an answer may take that is known already.
const restTime = time.Second

func (k *call) take(admitted *string, send bool, out *orchestrator.Output) {
	if admitted != nil {
		if *admitted != "" {
			k.execution = *admitted
		}
		k.follow()
	}
	if send && k.body != nil {
		k.body.begin()
	}
	if out != nil && k.watch != nil {
		k.watch(*out)
	}
}

// result is what the method returned, by this host's clock.
func result[R any](e protocol.Event[R]) (r R, err error) {
	if e.Result != nil {
		r = *e.Result
	}
	shift(&r, e.Now)
	return r, e.Error.Err()
}

// broken says why there is no answer to its end.
func (k *call) broken(err error) error {
	var own *orchestrator.Error
	if errors.As(err, &own) {
		return own
	}
	f := faultOf(k.ctx, err)
	k.c.lost(f)
	gone := context.Cause(k.ctx) == errUnended && context.Cause(k.caller) != orchestrator.ErrCancelled
	switch {
	case gone && k.execution != "":
		return orchestrator.Hide(orchestrator.CodeCancelled, f, "the connection ended; the code goes on as job %s", k.execution)
	case gone:
		return orchestrator.Hide(orchestrator.CodeCancelled, f, "given up; what the executor has begun of it may be done")
	case k.execution != "" && f.mended:
		return orchestrator.Hide(orchestrator.CodeUnavailable, f, "the executor, which runs the code, went away. The code goes on there as job %s: try get_job_result in a few seconds, when the executor is back", k.execution)
	case k.began.Load() && f.mended:
		return orchestrator.Hide(orchestrator.CodeUnavailable, f, "the executor, which runs the code, went away in the middle of the call; whether it was done can be seen when it is back. Try again in a few seconds")
	case k.ordered && k.sent.Load() && f.mended: // it changes what is there
		return orchestrator.Hide(orchestrator.CodeUnavailable, f, "the executor, which runs the code, does not answer, and may have got this call. Look at what was done in a few seconds, and try again")
	}
	return f.told()
}

// watchCaller has the caller's end told to the executor, until its return is
// called, which ends the exchange.
func (k *call) watchCaller() (done func()) {
	told := make(chan struct{})
	stop := context.AfterFunc(k.caller, func() {
		defer close(told)
		k.giveUp()
	})
	return func() {
		k.done()
		if !stop() {
			<-told
		}
		k.body.end()
	}
}

// giveUp has the call end by the executor's doing: its answer then tells what has
// become of it. When that takes too long the connection is dropped.
func (k *call) giveUp() {
	cancelled := context.Cause(k.caller) == orchestrator.ErrCancelled
	patience := goneTime
	if cancelled {
		patience = cancelledTime
	}
	k.body.interrupt()
	defer time.AfterFunc(patience, func() { k.cancel(errUnended) }).Stop()
	select {
	case <-k.begun: // the executor knows of the call
	case <-k.ctx.Done():
		return
	}
	var none struct{}
	// It fails where the executor has gone, which the call's own stream tells.
	_ = k.c.plain(k.ctx, http.MethodPost, protocol.MethodEnd, protocol.Ending{Call: k.id, Cancelled: cancelled}, &none)
	<-k.ctx.Done()
}
