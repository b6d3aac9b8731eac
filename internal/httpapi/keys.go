package httpapi

import (
	"context"
	"net/http"
	"strings"
)

type ownerKey struct{}

// owner returns whose request it is, once keyed has seen it.
func owner(ctx context.Context) string {
	name, _ := ctx.Value(ownerKey{}).(string)
	return name
}

// keyed refuses a request without one of the keys, if there are any.
func (a *API) keyed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := a.cfg.Anonymous, true
		if len(a.keys) > 0 {
			name, ok = a.keys.Owner(bearer(r))
		}
		if !ok {
			unauthorized(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, name)))
	})
}

// bearer returns what an Authorization header of that scheme carries.
func bearer(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func unauthorized(w http.ResponseWriter, r *http.Request) {
	challenge, message := `Bearer realm="power-interpreter"`, "a key is needed: send Authorization: Bearer KEY, with a key that the operator gave you (API_KEYS)"
	if r.Header.Get("Authorization") != "" {
		challenge += `, error="invalid_token"`
		message = "this key is not known here: send Authorization: Bearer KEY with one of API_KEYS, the key alone without its name"
	}
	w.Header().Set("WWW-Authenticate", challenge)
	fail(w, http.StatusUnauthorized, "unauthorized", message)
}
