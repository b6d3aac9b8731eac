package httpapi

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"power-interpreter/internal/hostname"
)

// hosts are the names by which the server may be called. A page of a stranger
// can point a name of its own at this machine and have its visitor's browser
// call us by it (DNS rebinding); it cannot choose another name for itself.
type hosts struct {
	public string // of PUBLIC_URL, empty for none
	base   string // its path, without a slash at the end
	local  bool   // listens on loopback only
	any    bool   // a key is asked for, which such a page does not have
}

func newHosts(listen, publicURL string, keyed bool) (hosts, error) {
	h := hosts{local: isLoopback(listen)}
	h.any = keyed && !h.local
	if publicURL == "" {
		return h, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return h, fmt.Errorf("PUBLIC_URL %q is not an http or https URL, as https://py.example.org", publicURL)
	}
	h.public, h.base = u.Hostname(), strings.TrimSuffix(u.EscapedPath(), "/")
	return h, nil
}

// ours says whether name is one of the server's: loopback's, PUBLIC_URL's and,
// where others may reach it, any address, since only a name can be pointed.
func (h hosts) ours(name string) bool {
	if isLoopback(name) || h.public != "" && strings.EqualFold(name, h.public) {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil && !h.local
}

// sameHost refuses what was called by another name, or by a page of another
// origin.
func (a *API) sameHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.byOurName(w, r) {
			return
		}
		name := hostname.Of(r.Host)
		if origin := r.Header.Get("Origin"); origin != "" && !a.ownOrigin(origin, name) {
			fail(w, http.StatusForbidden, "forbidden", fmt.Sprintf(
				"pages of %.100q may not call this server: add the origin to CORS_ORIGINS to allow them", origin))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// byOurName refuses what was called by another name.
func (a *API) byOurName(w http.ResponseWriter, r *http.Request) bool {
	name := hostname.Of(r.Host)
	if a.hosts.any || a.hosts.ours(name) {
		return true
	}
	fail(w, http.StatusForbidden, "forbidden", fmt.Sprintf(
		"this server does not go by the name %.100q: call it by localhost, or set PUBLIC_URL to the URL by which it is called", name))
	return false
}

// ownOrigin says whether a page of origin may call: one that CORS_ORIGINS names,
// one of this host, or one by a name of ours.
func (a *API) ownOrigin(origin, host string) bool {
	if a.cors.allows(origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false // "null", say
	}
	return strings.EqualFold(u.Hostname(), host) || a.hosts.ours(u.Hostname())
}

// isLoopback says whether a name is loopback's, also where it is written out to
// its end.
func isLoopback(name string) bool {
	return hostname.IsLoopback(name) || strings.EqualFold(name, "localhost.")
}
