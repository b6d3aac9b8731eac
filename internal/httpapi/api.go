// Package httpapi is the HTTP face: routes, keys, the guards that every request
// passes, and health. What MCP means is behind an interface.
package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/gorilla/mux"

	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// Config is what the API is made with.
type Config struct {
	// Keys are who may call; none means that everybody may, as one owner.
	Keys []keyring.Key
	// Anonymous is that owner's name.
	Anonymous string
	// Host is the address listened on, as configured: "127.0.0.1", "0.0.0.0".
	Host string
	// PublicURL is how the server is reached from outside, empty for unknown.
	PublicURL string
	// CORSOrigins are the web origins ("https://app.example") whose pages may
	// call; "*" is all of them.
	CORSOrigins []string
	// Admin is what /admin shows and does; nil serves none of it.
	Admin orchestrator.Administration
	// AdminKey opens /admin and /metrics; without one they are served to this
	// host alone, where Host is loopback and there are no Keys.
	AdminKey string
	// Metrics is /metrics; nil serves none.
	Metrics *Metrics
	// Files is what /files and /charts serve; nil serves neither.
	Files Files
	// Links knows the links to files; needed where Files is.
	Links *Links
	// Version is told by /health.
	Version string
	// WithOwner puts a call's owner where the MCP handlers look for it.
	WithOwner func(ctx context.Context, owner string) context.Context
	// Logger takes one line a request at debug level and faults of ours, never
	// a body, a query or a header; nil drops them.
	Logger *slog.Logger
}

// MCP is what speaks MCP over HTTP.
type MCP interface {
	// Routes returns a handler for each path.
	Routes() map[string]http.Handler
	// Shutdown refuses new calls, waits for those that run until ctx ends,
	// detaches the rest, and closes every stream.
	Shutdown(ctx context.Context) error
}

// Checker says whether the server can serve: nil, or why not in words that a
// caller may read. An orchestrator.Service is one.
type Checker interface {
	Health(ctx context.Context) error
}

// API serves HTTP. Shutdown ends it.
type API struct {
	cfg       Config
	mcp       MCP
	handler   http.Handler
	health    *health
	keys      keyring.Ring
	admin     keyring.Ring // of one key
	hosts     hosts
	cors      cors
	log       *slog.Logger
	transfers transfers
	stops     atomic.Bool
}

// New returns the API over mcp. It fails on a PublicURL or an origin that is none.
func New(cfg Config, checker Checker, mcp MCP) (*API, error) {
	a := &API{cfg: cfg, mcp: mcp, health: newHealth(checker), keys: keyring.New(cfg.Keys), admin: keyring.New([]keyring.Key{{Secret: cfg.AdminKey}}), log: cfg.Logger}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if a.hosts, err = newHosts(cfg.Host, cfg.PublicURL, len(cfg.Keys) > 0); err != nil {
		return nil, err
	}
	if a.cors, err = newCORS(cfg.CORSOrigins); err != nil {
		return nil, err
	}
	a.handler = a.recovered(a.unasked(a.routes()))
	return a, nil
}

// routes says which path is whose, and which guards it has.
func (a *API) routes() http.Handler {
	// A path is served as it was asked for: its cleaning, and a redirect there,
	// would take a file's name for something else.
	r := mux.NewRouter().SkipClean(true)
	r.HandleFunc("/health", a.serveHealth).Methods(http.MethodGet, http.MethodHead)
	for path, handler := range a.mcp.Routes() {
		guarded := a.guarded(a.asOwner(handler))
		r.Handle(path, guarded)
		r.Handle(path+"/", guarded) // as some clients are configured; a redirect would lose the body
	}
	if a.cfg.Files != nil {
		r.PathPrefix(filesPrefix).Handler(a.sameHost(a.shared(a.admitted(filesPrefix, exactly, a.serveFile))))
		r.PathPrefix(chartsPrefix).Handler(a.sameHost(a.shared(a.admitted(chartsPrefix, chartPaths, a.serveChart))))
	}
	a.adminRoutes(r)
	r.NotFoundHandler = http.HandlerFunc(notFound)
	r.MethodNotAllowedHandler = http.HandlerFunc(notAllowed)
	return r
}

// guarded is what every path but /health has: the host and origin it was called
// by, what pages may see of it, and a key.
func (a *API) guarded(next http.Handler) http.Handler {
	return a.sameHost(a.shared(a.keyed(next)))
}

// asOwner hands the owner on to MCP.
func (a *API) asOwner(next http.Handler) http.Handler {
	if a.cfg.WithOwner == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(a.cfg.WithOwner(r.Context(), owner(r.Context()))))
	})
}

// ServeHTTP serves a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Shutdown says on /health that the server stops, refuses new calls with 503,
// lets those that run end until ctx does, detaches the rest and closes every
// stream. The http.Server is then shut down by who started it.
func (a *API) Shutdown(ctx context.Context) error {
	a.stops.Store(true)
	if err := a.mcp.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop MCP: %w", err)
	}
	return nil
}
