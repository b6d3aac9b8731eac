package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// Key is one of API_KEYS: a secret, and the name of who has it.
type Key struct {
	Name   string
	Secret string
}

// keys are the secrets, hashed so that comparing them takes as long whatever
// was sent.
type keys []hashedKey

type hashedKey struct {
	name string
	hash [sha256.Size]byte
}

func newKeys(list []Key) keys {
	var k keys
	for _, key := range list {
		k = append(k, hashedKey{key.Name, sha256.Sum256([]byte(key.Secret))})
	}
	return k
}

// owner returns whose secret it is. Every key is looked at, found or not.
func (k keys) owner(secret string) (name string, ok bool) {
	hash := sha256.Sum256([]byte(secret))
	for _, key := range k {
		if subtle.ConstantTimeCompare(hash[:], key.hash[:]) == 1 {
			name, ok = key.name, true
		}
	}
	return name, ok
}

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
			name, ok = a.keys.owner(bearer(r))
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
