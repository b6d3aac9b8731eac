package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// smallBody is what a call's arguments may weigh without a place, bodiesAtOnce
	// the places of a front: decoding takes several times a body's size.
	smallBody    = 256 << 10
	bodiesAtOnce = 4
	// bodyTime is how long the arguments may take to come: they are written at once.
	bodyTime = 30 * time.Second
)

// route is how a method is called.
type route struct {
	verb  string
	serve func(w http.ResponseWriter, r *http.Request, f front)
}

// running is a call with its arguments, in the executor's words.
type running struct {
	protocol.Call
	*call
	ref    orchestrator.Ref
	events *stream
}

// method is one of an owner, whose arguments are JSON; do returns what the front
// gets, in its own words.
func method[R any](s *Server, do func(ctx context.Context, c running) (R, error)) route {
	return anyones(s, func(ctx context.Context, c running) (none R, err error) {
		if c.ref, err = c.front.ref(orchestrator.Ref{Owner: c.Owner, ID: c.Session}); err != nil {
			return none, err
		}
		c.call.ref = c.ref
		return do(ctx, c)
	})
}

// anyones is a method that is of no owner, or of all of the front's.
func anyones[R any](s *Server, do func(ctx context.Context, c running) (R, error)) route {
	return route{http.MethodPost, func(w http.ResponseWriter, r *http.Request, f front) {
		var c protocol.Call
		if refused := s.read(w, r, f, &c); refused != nil {
			refuse(w, refused)
			return
		}
		answer(s, w, r, f, func(k *call, events *stream) (R, error) {
			return do(orchestrator.OnAdmitted(k.ctx, events.admitted), running{Call: c, call: k, events: events})
		})
	}}
}

// answer runs a call and sends its end.
func answer[R any](s *Server, w http.ResponseWriter, r *http.Request, f front, do func(*call, *stream) (R, error)) {
	k, done, refused := s.calls.begin(r, f)
	if refused != nil {
		refuse(w, refused)
		return
	}
	defer done()
	events := newStream(w, k)
	result, err := func() (R, error) {
		defer events.close() // a panic ends it too
		return do(k, events)
	}()
	if fault := orchestrator.AsError(err); err != nil && fault.Code == orchestrator.CodeInternal {
		s.log.Error("a call failed", "method", r.URL.Path, "error", fault.Err)
	}
	if out := events.take(); out != nil {
		events.send(protocol.Event[any]{Output: out})
	}
	events.finish(protocol.Event[R]{Done: true, Result: &result, Error: protocol.NewError(err), Quiet: s.quiet(k.ref), Now: time.Now()})
}

// quiet says whether surely nothing waits to be told to a session.
func (s *Server) quiet(ref orchestrator.Ref) bool {
	svc, can := s.svc.(interface {
		HasNotices(ref orchestrator.Ref) bool
	})
	return can && ref.ID != "" && !svc.HasNotices(ref)
}

// read reads a call's arguments. A larger one has a place while it is decoded, and
// no longer: it may then run for hours.
func (s *Server) read(w http.ResponseWriter, r *http.Request, f front, into any) *refusal {
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(bodyTime)) // not supported by a test's recorder
	if r.ContentLength < 0 || r.ContentLength > smallBody {
		select {
		case s.bodies[f] <- struct{}{}:
			defer func() { <-s.bodies[f] }()
		case <-r.Context().Done():
			return unavailable(orchestrator.CodeBusy, "too many large calls are being read; try again in a few seconds")
		case <-time.After(bodyTime):
			return unavailable(orchestrator.CodeBusy, "too many large calls are being read; try again in a few seconds")
		}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, protocol.MaxRequest))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return &refusal{http.StatusBadRequest, invalid("the call's arguments are no JSON of the protocol, or more than %d bytes", protocol.MaxRequest)}
	}
	_ = conn.SetReadDeadline(time.Time{})
	return nil
}
