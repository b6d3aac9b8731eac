package httpapi

import (
	"context"
	"net/http"
	"sync"
	"time"

	"power-interpreter/orchestrator"
)

const (
	// healthTime bounds one check; probes give up after 5 to 10 seconds.
	healthTime = 4 * time.Second
	// healthFresh is how long a check's outcome is told again: any number of
	// probes costs the engine one question a second.
	healthFresh = time.Second
)

// health asks whether the server can serve, one question at a time.
type health struct {
	checker Checker
	asking  chan struct{} // holds a token while a question is out

	mu    sync.Mutex
	at    time.Time
	state error
}

func newHealth(checker Checker) *health {
	return &health{checker: checker, asking: make(chan struct{}, 1)}
}

// check returns the newest outcome, asking anew if it is not fresh. A question
// that is not answered within healthTime is an outcome too; it stays out, and
// no other is asked beside it.
func (h *health) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if err, fresh := h.known(); fresh {
		return err
	}
	done := make(chan error, 1)
	select {
	case h.asking <- struct{}{}:
		go func() { done <- h.ask(context.WithoutCancel(ctx)) }()
	case <-ctx.Done():
		return errSilent()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errSilent()
	}
}

// ask has the token.
func (h *health) ask(ctx context.Context) error {
	defer func() { <-h.asking }()
	if err, fresh := h.known(); fresh { // while we waited for the token
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	err := h.checker.Health(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.state = time.Now(), err
	return err
}

func (h *health) known() (err error, fresh bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state, !h.at.IsZero() && time.Since(h.at) < healthFresh
}

func errSilent() error {
	return orchestrator.Errorf(orchestrator.CodeUnavailable, "the check did not answer within %s", healthTime)
}

// healthAnswer is the body of /health.
type healthAnswer struct {
	Status  string `json:"status"` // ok, unavailable, stopping
	Version string `json:"version"`
	Code    string `json:"code,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func (a *API) serveHealth(w http.ResponseWriter, r *http.Request) {
	answer, status := healthAnswer{Status: "ok", Version: a.cfg.Version}, http.StatusOK
	if a.stops.Load() {
		answer.Status, status = "stopping", http.StatusServiceUnavailable
	} else if err := a.health.check(r.Context()); err != nil {
		e := orchestrator.AsError(err)
		answer.Status, answer.Code, answer.Reason = "unavailable", string(e.Code), e.Message
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}
