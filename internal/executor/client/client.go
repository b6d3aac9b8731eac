// Package client is an orchestrator.Service whose orchestrator is an executor in
// another process, on this host or elsewhere.
package client

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// Config is what a Client is made with.
type Config struct {
	// URL is the executor's: http or https, a host, and a path where a proxy has
	// it below one.
	URL string
	// Token lets this front in; empty for none.
	Token string
	// Roots are the authorities by which the executor's certificate is judged, nil
	// for the system's.
	Roots *x509.CertPool
	// Insecure lets the token, code and data go over plain HTTP to other hosts.
	Insecure bool
	// Dial makes connections, nil for TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Build is the program's version.
	Build string
	// Logger takes when the executor goes away and comes back; never code, data
	// or the token.
	Logger *slog.Logger
}

// Client is a front's end of an executor. It needs none to be made: each call is
// told whether there is one. Close ends it.
type Client struct {
	cfg    Config
	base   *url.URL
	http   *http.Transport
	log    *slog.Logger
	lines  lines
	quiet  quiet
	places protocol.Places

	end   context.CancelFunc
	life  context.Context // every goroutine that this package starts is counted in owned and ends with it
	owned sync.WaitGroup

	mu    sync.Mutex // guards what follows
	known orchestrator.Settings
	asked bool   // at all
	away  string // why the executor was away when it was last asked, empty if it was not
}

var (
	_ orchestrator.Service        = (*Client)(nil)
	_ orchestrator.Administration = (*Client)(nil)
)

// largeAtOnce bounds the larger answers that are held in memory at once.
const largeAtOnce = 4

// New returns a client that asks after its executor from now on. ctx bounds how
// long it waits for the first answer; without one the client is made all the
// same. It fails on a URL that may not be used.
func New(ctx context.Context, cfg Config) (*Client, error) {
	base, err := parse(cfg)
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, base: base, http: transport(cfg, base), log: cfg.Logger, places: protocol.NewPlaces(largeAtOnce)}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.life, c.end = context.WithCancel(context.Background())
	c.ask(ctx)
	c.owned.Add(1)
	go c.watch()
	return c, nil
}

// Close ends the calls under way, as if their connections had dropped, and
// returns when nothing of the client is left.
func (c *Client) Close() {
	c.end()
	c.owned.Wait()
	c.http.CloseIdleConnections()
}

// Settings are the executor's as it last told them; zero before it ever did.
func (c *Client) Settings() orchestrator.Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}
