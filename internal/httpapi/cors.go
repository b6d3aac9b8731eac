package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Answers to a browser that asks before it calls.
const (
	corsMethods = "GET, HEAD, POST, PUT, DELETE"
	// corsExposed are the headers that a page's client reads.
	corsExposed = "Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After, " +
		"Accept-Ranges, Content-Disposition, Content-Range, ETag, Location, Upload-Offset"
	// corsMaxAge is how long a browser keeps the answer, in seconds.
	corsMaxAge = "600"
)

// cors are the origins whose pages may call.
type cors struct {
	origins []string
	all     bool
}

func newCORS(origins []string) (cors, error) {
	var c cors
	for _, origin := range origins {
		if origin == "*" {
			c.all = true
			continue
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" {
			return c, fmt.Errorf("CORS_ORIGINS: %q is not an origin, as https://app.example.org", origin)
		}
		c.origins = append(c.origins, strings.ToLower(origin))
	}
	return c, nil
}

func (c cors) allows(origin string) bool {
	return c.all || slices.Contains(c.origins, strings.ToLower(origin))
}

// shared tells a browser what a page may do, and answers its question
// (preflight) before a key is asked for, since that carries none.
func (a *API) shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, origin := w.Header(), r.Header.Get("Origin")
		if len(a.cors.origins) > 0 || a.cors.all {
			h.Add("Vary", "Origin")
		}
		allowed := origin != "" && a.cors.allows(origin)
		if allowed {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", corsExposed)
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if allowed {
			preflight(h, r)
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// preflight allows what is asked for: a client of MCP sends headers that no
// list could hold (Mcp-Param-*).
func preflight(h http.Header, r *http.Request) {
	h.Set("Access-Control-Allow-Methods", corsMethods)
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
		h.Add("Vary", "Access-Control-Request-Headers")
	}
	h.Set("Access-Control-Max-Age", corsMaxAge)
}
