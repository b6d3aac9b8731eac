package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// readExecutorTokens reads one token, or name:token pairs. No error of it repeats
// a token.
func (c *Config) readExecutorTokens() error {
	c.ExecutorTokens = nil
	for _, part := range listed(c.ExecutorToken) {
		token := Key{Secret: part}
		if name, secret, named := strings.Cut(part, ":"); named {
			token = Key{name, secret}
		}
		if len(token.Secret) < minSecret || len(token.Name) > 64 {
			return fmt.Errorf("%s: a token must have at least %d characters (make one by: openssl rand -hex 32)", c.called("EXECUTOR_TOKEN"), minSecret)
		}
		for _, other := range c.ExecutorTokens {
			if other.Name == token.Name || other.Secret == token.Secret {
				return fmt.Errorf("%s: each front has a name and a token of its own: name:token,name:token", c.called("EXECUTOR_TOKEN"))
			}
		}
		c.ExecutorTokens = append(c.ExecutorTokens, token)
	}
	return nil
}

func (c *Config) checkExecutorTLS() error {
	if (c.ExecutorTLSCert == "") != (c.ExecutorTLSKey == "") {
		return errors.New("EXECUTOR_TLS_CERT and EXECUTOR_TLS_KEY belong together: set both, or neither")
	}
	return nil
}

// checkExecutorURL is for a front. Whether the URL may be used is its client's to say.
func (c *Config) checkExecutorURL() error {
	if c.ExecutorURL != "" && len(c.ExecutorTokens) > 1 {
		return fmt.Errorf("%s has several tokens: a front (EXECUTOR_URL) has one, its own", c.called("EXECUTOR_TOKEN"))
	}
	return nil
}

// CheckExecutor refuses to let strangers run code: an executor that others reach
// needs a token, and keeps what it is sent secret, unless told otherwise out loud.
// It is to be called after Check.
func (c *Config) CheckExecutor() error {
	host, _, err := net.SplitHostPort(c.ExecutorListen)
	switch {
	case err != nil:
		return fmt.Errorf("%s is %q; write it as 127.0.0.1:8080, or :8080 for every address", c.called("EXECUTOR_LISTEN"), c.ExecutorListen)
	case isLoopback(host):
		return nil
	case len(c.ExecutorTokens) == 0:
		return fmt.Errorf("%s is %s, which others can reach: set EXECUTOR_TOKEN, the same here and for the front (make one by: openssl rand -hex 32)", c.called("EXECUTOR_LISTEN"), c.ExecutorListen)
	case c.ExecutorTLSCert == "" && !c.ExecutorInsecure:
		return fmt.Errorf("%s is %s, which others can reach, without TLS: set EXECUTOR_TLS_CERT and EXECUTOR_TLS_KEY, or EXECUTOR_INSECURE=true if the network between is yours alone", c.called("EXECUTOR_LISTEN"), c.ExecutorListen)
	}
	return nil
}

// FrontToken is the front's own, empty for none.
func (c *Config) FrontToken() string {
	if len(c.ExecutorTokens) == 0 {
		return ""
	}
	return c.ExecutorTokens[0].Secret
}

// ExecutorHere is the address of EXECUTOR_URL where that is one of this host's
// own loopback addresses; false for elsewhere.
func (c *Config) ExecutorHere() (address string, here bool) {
	u, err := url.Parse(c.ExecutorURL)
	if err != nil || u.Scheme != "http" && c.ExecutorTLSCert == "" || !isLoopback(u.Hostname()) || strings.Trim(u.Path, "/") != "" {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port), true
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
