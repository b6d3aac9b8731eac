package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// Token lets a front in. Its name keeps the front's owners apart from other
// fronts'; it may be empty for one.
type Token struct {
	Name   string
	Secret string
}

// tokens are the secrets, hashed so that comparing them takes as long whatever
// was sent.
type tokens []hashed

type hashed struct {
	name string
	hash [sha256.Size]byte
}

func newTokens(list []Token) tokens {
	var all tokens
	for _, t := range list {
		all = append(all, hashed{t.Name, sha256.Sum256([]byte(t.Secret))})
	}
	return all
}

// front returns whose request it is. Every token is looked at, found or not.
func (t tokens) front(r *http.Request) (name string, ok bool) {
	if len(t) == 0 {
		return "", true
	}
	secret, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return "", false
	}
	hash := sha256.Sum256([]byte(secret))
	for _, token := range t {
		if subtle.ConstantTimeCompare(hash[:], token.hash[:]) == 1 {
			name, ok = token.name, true
		}
	}
	return name, ok
}
