package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

const (
	// maxDialed is how many of a host's addresses are tried.
	maxDialed = 6

	// dialDelay is how long an address may take before the next one is tried
	// beside it (RFC 8305, 5).
	dialDelay = 250 * time.Millisecond
)

func newTransport(config Config, g *guard) *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // never: see the package's comment
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{RootCAs: config.RootCAs},
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  config.StallTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableKeepAlives:      true, // downloads are rare and each is checked anew
		DisableCompression:     true, // the file's own bytes are wanted
		ForceAttemptHTTP2:      true,
	}
}

// guard connects to public addresses only.
type guard struct {
	allow    []netip.Prefix
	resolver Resolver
	logger   *slog.Logger
	dialer   net.Dialer
}

// dial resolves a host, checks every address it has, and connects to one of
// those very addresses. The connection is closed with the download's context.
func (g *guard) dial(detached context.Context, _, hostPort string) (net.Conn, error) {
	download := downloadOf(detached)
	ctx, cancel := context.WithTimeout(download, connectTimeout)
	defer cancel()
	host, portText, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, failed(InvalidURL, err, "the address has no usable host; write it as https://host/path")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, failed(InvalidURL, err, "the address has no usable port; write it as https://host/path")
	}
	addrs, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	conn, err := g.race(ctx, targets(addrs, uint16(port)))
	if err != nil {
		return nil, unreachable(ctx, host, portText, err)
	}
	context.AfterFunc(download, func() { conn.Close() })
	return conn, nil
}

// downloadKey is where a download's context carries itself. http.Transport
// detaches a dial from its request's end, so that a later request may use the
// connection; here none will, and nothing may outlive the download.
type downloadKey struct{}

func ofDownload(ctx context.Context) context.Context {
	return context.WithValue(ctx, downloadKey{}, ctx)
}

func downloadOf(detached context.Context) context.Context {
	if ctx, ok := detached.Value(downloadKey{}).(context.Context); ok {
		return ctx
	}
	return detached
}

// resolve returns a host's addresses if all of them may be reached. One that
// may not condemns the host: nobody honest mixes them.
func (g *guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		if kind := refusal(addr, g.allow); kind != "" {
			g.logger.WarnContext(ctx, "fetch refused", "host", host, "address", addr.String(), "kind", kind)
			return nil, failed(PrivateAddress, nil, "%s leads to %s, which fetch_from_url may not reach; get the file another way and use upload_file, or ask the operator to add its range to FETCH_ALLOW_PRIVATE", host, kind)
		}
	}
	return addrs, nil
}

func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	if err := checkHost(host); err != nil {
		return nil, err
	}
	addrs, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound || err == nil && len(addrs) == 0 {
		return nil, failed(Unreachable, err, "there is no host %s; check the spelling of the address", host)
	}
	if err != nil {
		return nil, failed(Unreachable, err, "the name %s could not be looked up; try again later", host)
	}
	return addrs, nil
}

// targets alternates between the two families, IPv6 first if the resolver put
// it first (RFC 8305, 4), and keeps a few.
func targets(addrs []netip.Addr, port uint16) []netip.AddrPort {
	var same, other []netip.AddrPort
	for _, addr := range addrs {
		target := netip.AddrPortFrom(addr.Unmap(), port)
		if addr.Unmap().Is4() == addrs[0].Unmap().Is4() {
			same = append(same, target)
		} else {
			other = append(other, target)
		}
	}
	var mixed []netip.AddrPort
	for i := range max(len(same), len(other)) {
		mixed = append(mixed, same[min(i, len(same)):min(i+1, len(same))]...)
		mixed = append(mixed, other[min(i, len(other)):min(i+1, len(other))]...)
	}
	return mixed[:min(len(mixed), maxDialed)]
}

type dialed struct {
	conn net.Conn
	err  error
}

// race connects to the targets in turn, starting the next when one fails or
// takes long, and returns the first connection. When it returns, no attempt is
// under way any more.
func (g *guard) race(ctx context.Context, targets []netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan dialed, len(targets))
	pending := 0
	defer func() {
		cancel()
		closeRest(results, pending)
	}()
	start := func() {
		if len(targets) == 0 {
			return
		}
		target := targets[0].String()
		targets = targets[1:]
		pending++
		go func() {
			conn, err := g.dialer.DialContext(ctx, "tcp", target)
			results <- dialed{conn, err}
		}()
	}
	ticker := time.NewTicker(dialDelay)
	defer ticker.Stop()
	var errs []error
	for start(); pending > 0; {
		select {
		case <-ticker.C:
			start()
		case r := <-results:
			pending--
			if r.err == nil {
				return r.conn, nil
			}
			errs = append(errs, r.err)
			start()
		}
	}
	return nil, errors.Join(errs...)
}

// closeRest waits for the attempts that lost.
func closeRest(results <-chan dialed, pending int) {
	for range pending {
		if r := <-results; r.err == nil {
			r.conn.Close()
		}
	}
}

func unreachable(ctx context.Context, host, port string, err error) error {
	if ctx.Err() != nil {
		return err // the caller knows why its context ended
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return failed(Timeout, err, "%s did not answer on port %s; try again later, or another address", host, port)
	}
	return failed(Unreachable, err, "nothing answers at %s on port %s; check the address, or try again later", host, port)
}
