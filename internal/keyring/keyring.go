// Package keyring tells whose a secret is.
package keyring

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Key is a secret, and the name of who has it.
type Key struct {
	Name   string
	Secret string
}

// Ring are keys, their secrets hashed so that comparing them takes as long
// whatever was sent.
type Ring []hashed

type hashed struct {
	name string
	hash [sha256.Size]byte
}

// New returns a ring of keys.
func New(keys []Key) Ring {
	var r Ring
	for _, k := range keys {
		r = append(r, hashed{k.Name, sha256.Sum256([]byte(k.Secret))})
	}
	return r
}

// Owner returns whose secret it is. Every key is looked at, found or not.
func (r Ring) Owner(secret string) (name string, ok bool) {
	hash := sha256.Sum256([]byte(secret))
	for _, k := range r {
		if subtle.ConstantTimeCompare(hash[:], k.hash[:]) == 1 {
			name, ok = k.name, true
		}
	}
	return name, ok
}

// Names returns the names of all keys.
func (r Ring) Names() []string {
	names := make([]string, len(r))
	for i, k := range r {
		names[i] = k.name
	}
	return names
}
