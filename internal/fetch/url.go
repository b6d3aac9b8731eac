package fetch

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL bounds an address, in bytes; signed links of clouds have about 2,000.
const maxURL = 8 << 10

// parseURL accepts what may be asked for at all. Where it leads is judged when
// the connection is made.
func parseURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxURL {
		return nil, failed(InvalidURL, nil, "the address is longer than %d bytes; use a shorter one", maxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, failed(InvalidURL, err, "the address cannot be read as a URL; write it as https://host/path, with odd characters percent-encoded")
	}
	return u, checkURL(u)
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return failed(InvalidURL, nil, "only http and https addresses can be fetched; write it as https://host/path")
	case u.Hostname() == "":
		return failed(InvalidURL, nil, "the address names no host; write it as https://host/path")
	case u.User != nil:
		return failed(InvalidURL, nil, "the address holds a user name or password, which is not supported; use a public or signed link, or get the file another way and use upload_file")
	case !validPort(u.Port()):
		return failed(InvalidURL, nil, "the port of the address is not between 1 and 65535; correct it")
	}
	return checkHost(u.Hostname())
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// checkHost refuses hosts that look like numbers without being an address in
// its usual form: some resolvers read 127.1, 0x7f.1 or 2130706433 as 127.0.0.1.
// (The rule is the URL standard's: a last label that is a number makes the host
// an IPv4 address.)
func checkHost(host string) error {
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return failed(InvalidURL, nil, "the address names a network interface (after %%); leave it out")
		}
		return nil
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if strings.ContainsAny(host, ":%") || numeric(labels[len(labels)-1]) {
		return failed(InvalidURL, nil, "the host of the address is neither a name nor an IP address in its usual form; write it as example.org or 192.0.2.1")
	}
	return nil
}

func numeric(label string) bool {
	return strings.Trim(label, digits) == "" || strings.HasPrefix(strings.ToLower(label), "0x")
}

// redirectTarget is where an answer's Location leads.
func redirectTarget(from *url.URL, location string) (*url.URL, error) {
	if location == "" || len(location) > maxURL {
		return nil, failed(BadResponse, nil, "%s redirects to nowhere; check the address", from.Hostname())
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, failed(BadResponse, err, "%s redirects to something that is no address; check the address", from.Hostname())
	}
	if from.Scheme == "https" && to.Scheme == "http" {
		return nil, failed(UnsafeRedirect, nil, "%s redirects from https to plain http at %s, where anyone on the way could change the file; if that is acceptable, fetch the http address itself", from.Hostname(), to.Hostname())
	}
	return to, checkURL(to)
}

// public is an address that may be shown and logged: signed links carry their
// secret in the query.
func public(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.String()
}
