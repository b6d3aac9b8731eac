// Package fetch downloads files for fetch_from_url: from the public internet
// only, whatever an address, a redirect or a name server says, and bounded in
// bytes and time.
//
// Names are resolved here, every address that a name has is checked, and the
// connection goes to a checked address, on each redirect anew; there is no
// second look-up that could give another answer. Proxies of the environment are
// never used: a proxy would resolve the name itself, behind the guard's back.
// No cookies, credentials or referrers are sent.
package fetch

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// DefaultMaxBytes bounds a file where Config.MaxBytes is 0.
	DefaultMaxBytes = 500 << 20

	// DefaultTotalTimeout bounds a download from its start to its last byte: 500
	// MB at just under 1 MB/s.
	DefaultTotalTimeout = 10 * time.Minute

	// DefaultStallTimeout is how long a server may take to begin its answer, and
	// then to send each further kilobyte.
	DefaultStallTimeout = 30 * time.Second

	// maxRedirects is how many redirects are followed.
	maxRedirects = 10

	// maxHeaderBytes bounds an answer's headers. Real ones stay below 16 KB.
	maxHeaderBytes = 64 << 10

	// connectTimeout bounds resolving a name and connecting to one of its
	// addresses, handshakeTimeout the TLS handshake after that.
	connectTimeout   = 15 * time.Second
	handshakeTimeout = 10 * time.Second

	userAgent = "power-interpreter-fetch/1"
)

// DefaultExtensions are the kinds of file that are fetched where
// Config.AllowedExt is empty.
func DefaultExtensions() []string {
	return []string{"xlsx", "xls", "csv", "tsv", "json", "jsonl", "parquet", "pdf", "txt", "png", "jpg", "jpeg", "zip", "db", "sqlite"}
}

// Resolver finds the addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config says what may be fetched. The zero value is usable and strict.
type Config struct {
	// AllowPrivate are ranges that may be reached although they are private. An
	// address of a cloud's metadata service may be reached only if a range is
	// that address alone (/32 or /128).
	AllowPrivate []netip.Prefix

	MaxBytes     int64         // of a file, after decoding; 0 is DefaultMaxBytes
	AllowedExt   []string      // without dots; empty is DefaultExtensions
	TotalTimeout time.Duration // 0 is DefaultTotalTimeout
	StallTimeout time.Duration // 0 is DefaultStallTimeout

	Logger   *slog.Logger   // nil logs nothing; gets hosts and addresses, no paths or queries
	Resolver Resolver       // nil is the system's configuration, read by Go itself
	RootCAs  *x509.CertPool // nil is the system's
}

// Fetcher downloads. It holds no connection between downloads, needs no Close,
// and may be used concurrently.
type Fetcher struct {
	config    Config
	transport *http.Transport
}

// New makes a Fetcher.
func New(config Config) *Fetcher {
	config = config.withDefaults()
	g := &guard{allow: normal(config.AllowPrivate), resolver: config.Resolver, logger: config.Logger}
	return &Fetcher{config: config, transport: newTransport(config, g)}
}

func (c Config) withDefaults() Config {
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if len(c.AllowedExt) == 0 {
		c.AllowedExt = DefaultExtensions()
	}
	c.AllowedExt = lower(c.AllowedExt)
	if c.TotalTimeout <= 0 {
		c.TotalTimeout = DefaultTotalTimeout
	}
	if c.StallTimeout <= 0 {
		c.StallTimeout = DefaultStallTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Resolver == nil {
		c.Resolver = &net.Resolver{PreferGo: true} // the C library takes 0x7f.1 for an address
	}
	return c
}

func lower(exts []string) []string {
	exts = slices.Clone(exts)
	for i, ext := range exts {
		exts[i] = strings.ToLower(strings.TrimPrefix(ext, "."))
	}
	return exts
}
