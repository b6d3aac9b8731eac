package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/hostname"
)

const (
	// dialTime is how long a connection may take, TLS not included: a host that is
	// there answers in less, one that is not is not waited for.
	dialTime = 3 * time.Second
	// idleConnections are kept for the next calls, for less than the executor
	// keeps them.
	idleConnections = 64
	idleTime        = 90 * time.Second
	// buffer is one write or read of a file.
	buffer = 64 << 10
	// headerBytes bounds the head of an answer: a file's name is in it.
	headerBytes = 64 << 10
)

// errNotLocal is a name like localhost that leads to another host.
var errNotLocal = errors.New("plain http leads to another host")

// parse checks the URL: over plain HTTP, nothing leaves this host.
func parse(cfg Config) (*url.URL, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("EXECUTOR_URL must be an http or https URL such as https://executor.example.com:8080, without a user, query or fragment")
	case u.Scheme == "http" && !cfg.Insecure && !hostname.IsLoopback(u.Hostname()):
		return nil, fmt.Errorf("EXECUTOR_URL leads to another host over plain http, where others can read the token, code and data: use https, or set EXECUTOR_INSECURE=true if the network between is yours alone")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// transport speaks HTTP/1.1 only, a connection for each call under way, straight
// to the executor: a proxy of the environment would see the token.
func transport(cfg Config, base *url.URL) *http.Transport {
	var only http.Protocols
	only.SetHTTP1(true)
	dial := cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTime, KeepAliveConfig: protocol.KeepAlive, Control: protocol.Impatient}).DialContext
	}
	local := base.Scheme == "http" && !cfg.Insecure
	return &http.Transport{
		Protocols: &only,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err == nil && local && !isLocal(conn.RemoteAddr()) {
				_ = conn.Close() // nothing was sent
				return nil, errNotLocal
			}
			return conn, err
		},
		TLSClientConfig:        &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTime,
		MaxIdleConns:           idleConnections,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: headerBytes,
		WriteBufferSize:        buffer,
		ReadBufferSize:         buffer,
		DisableCompression:     true,
	}
}

func isLocal(a net.Addr) bool {
	addr, err := netip.ParseAddrPort(a.String())
	return err == nil && addr.Addr().Unmap().IsLoopback()
}
