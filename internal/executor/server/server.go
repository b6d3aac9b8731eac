// Package server is the executor's API: an orchestrator's service, served to the
// fronts that have a token, to each its own owners.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// Service is what is served.
type Service interface {
	orchestrator.Service
	orchestrator.Administration
}

// Config is what a Server is made with.
type Config struct {
	// Tokens are the fronts'. A token's name keeps the front's owners apart from
	// other fronts'; it may be empty for one. No token lets everybody in who
	// reaches it by a name of this machine's own.
	Tokens []keyring.Key
	// Build is the program's version.
	Build string
	// Logger takes refusals and faults, never arguments, answers or tokens.
	Logger *slog.Logger
}

// Server serves a Service. Shutdown ends its calls.
type Server struct {
	cfg    Config
	svc    Service
	tokens keyring.Ring
	log    *slog.Logger
	calls  *calls
	bodies map[front]protocol.Places // each front has its own
	routes map[protocol.Method]route
	stops  atomic.Bool
	told   atomic.Int64 // when a refusal was last logged, in Unix seconds
}

// New returns the API over svc.
func New(cfg Config, svc Service) *Server {
	s := &Server{cfg: cfg, svc: svc, tokens: keyring.New(cfg.Tokens), log: cfg.Logger, calls: newCalls(), bodies: map[front]protocol.Places{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.bodies[front{}] = protocol.NewPlaces(bodiesAtOnce) // also where there are no tokens
	for _, token := range cfg.Tokens {
		s.bodies[front{token.Name}] = protocol.NewPlaces(bodiesAtOnce)
	}
	s.routes = s.methods()
	return s
}

// ServeHTTP serves a request of a front.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(protocol.HeaderVersion, protocol.Version)
	defer s.recovered(w)
	front, refused := s.guard(r)
	if refused != nil {
		s.tellRefused(refused, r)
		refuse(w, refused)
		return
	}
	route, known := s.routes[protocol.Method(r.URL.Path[len(protocol.Prefix+protocol.Version+"/"):])]
	if !known || r.Method != route.verb {
		refuse(w, &refusal{http.StatusNotFound, invalid("this executor has no such method: run the same version of power-interpreter on both sides")})
		return
	}
	route.serve(w, r, front)
}

// tellEvery is how often refusals are logged: strangers must not fill a log.
const tellEvery = 10 // seconds

func (s *Server) tellRefused(refused *refusal, r *http.Request) {
	now, last := time.Now().Unix(), s.told.Load()
	if now-last >= tellEvery && s.told.CompareAndSwap(last, now) {
		s.log.Warn("refused a request", "reason", refused.Error.Message, "from", r.RemoteAddr)
	}
}

// recovered ends a call that panicked, and only it.
func (s *Server) recovered(w http.ResponseWriter) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	logPanic(s.log, p)
	panic(http.ErrAbortHandler) // the connection ends: what was written may be half an event
}

// Shutdown refuses new calls and waits for those under way until ctx ends; then
// it ends their contexts, so that what runs goes on as jobs.
func (s *Server) Shutdown(ctx context.Context) {
	s.stops.Store(true)
	s.calls.drain(ctx)
}
