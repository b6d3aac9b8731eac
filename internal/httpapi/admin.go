package httpapi

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"power-interpreter/internal/hostname"
)

const (
	adminPath    = "/admin"
	sessionsPath = "/admin/sessions"
	metricsPath  = "/metrics"
)

// adminRoutes are the administrator's: the page, which holds nothing by itself,
// and behind the key what it shows. Where there is no key and there are
// strangers, there is nothing.
func (a *API) adminRoutes(r *mux.Router) {
	if !a.adminServed() {
		return
	}
	if a.cfg.Admin != nil {
		for path, file := range pageFiles {
			r.Handle(path, a.named(file))
		}
		r.Handle(adminPath+"/", a.named(http.HandlerFunc(toPage)))
		r.Handle(sessionsPath, a.administered(a.listSessions))
		r.Handle(sessionsPath+"/{id}", a.administered(a.oneSession))
		r.Handle(sessionsPath+"/{id}/{action}", a.administered(a.actOnSession))
	}
	if a.cfg.Metrics != nil {
		r.Handle(metricsPath, a.administered(a.serveMetrics))
	}
}

// adminServed says whether anybody may be the administrator: who has the key, or
// where there is none whoever is on this host.
func (a *API) adminServed() bool {
	return a.cfg.AdminKey != "" || a.hosts.local && len(a.keys) == 0
}

// named serves what was called by a name of the server.
func (a *API) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.byOurName(w, r) && a.localUnlessKeyed(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// administered serves the administrator: called by a name of the server, by no
// page but its own, and with the key. CORS_ORIGINS do not matter here.
func (a *API) administered(next http.HandlerFunc) http.Handler {
	return a.named(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case fromElsewhere(r):
			fail(w, http.StatusForbidden, "forbidden", "pages of other origins may not call the administrator's paths, whatever CORS_ORIGINS says")
		case a.cfg.AdminKey != "" && !a.isAdmin(r):
			a.noAdmin(w, r)
		default:
			next(w, r)
		}
	}))
}

// fromElsewhere says whether a page of another origin has sent it, by what
// browsers tell of themselves. A look counts as an act.
func fromElsewhere(r *http.Request) bool {
	act := *r
	act.Method = http.MethodPost
	return http.NewCrossOriginProtection().Check(&act) != nil
}

// localUnlessKeyed has nothing for whoever comes through a proxy where no key
// is asked for: the server listens on loopback, and this one is from outside.
func (a *API) localUnlessKeyed(w http.ResponseWriter, r *http.Request) bool {
	if a.cfg.AdminKey != "" || isLoopback(hostname.Of(r.Host)) && !forwarded(r) {
		return true
	}
	notFound(w, r)
	return false
}

// forwarded says whether a proxy tells that it hands the request on (RFC 7239,
// and what came before it).
func forwarded(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// isAdmin says whether a request has the administrator's key.
func (a *API) isAdmin(r *http.Request) bool {
	_, ok := a.admin.Owner(bearer(r))
	return ok
}

// noAdmin refuses a request without the administrator's key.
func (a *API) noAdmin(w http.ResponseWriter, r *http.Request) {
	if _, known := a.keys.Owner(bearer(r)); known {
		fail(w, http.StatusForbidden, "forbidden", "this key is for sessions of its own: the administrator's paths need ADMIN_KEY")
		return
	}
	challenge, message := `Bearer realm="power-interpreter admin"`, "the administrator's key is needed: send Authorization: Bearer KEY, with the server's ADMIN_KEY"
	if strings.TrimSpace(r.Header.Get("Authorization")) != "" {
		challenge += `, error="invalid_token"`
		message = "this is not the administrator's key: send Authorization: Bearer KEY with the server's ADMIN_KEY"
	}
	w.Header().Set("WWW-Authenticate", challenge)
	fail(w, http.StatusUnauthorized, "unauthorized", message)
}
