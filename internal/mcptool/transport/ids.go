package transport

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
)

const (
	nonceSize = 16 // bytes; no two ids alike
	macSize   = 16 // bytes of HMAC-SHA-256, 128 bits to guess
	// maxForgotten bounds the ids remembered as deleted. Beyond it the oldest
	// is valid again, for the owner it always belonged to.
	maxForgotten = 10_000
	// maxProved bounds the ids whose signature need not be looked at again: each
	// call carries one. 200 bytes each.
	maxProved = 1000
)

// idEncoding is strict: no second spelling of an id escapes being forgotten.
var idEncoding = base64.RawURLEncoding.Strict()

// clientIDs issues and checks ids of clients (Mcp-Session-Id). An id carries a
// signature over its owner, so nothing need be kept for a client: ids outlive a
// restart, are worth nothing to another owner, and cost no memory.
type clientIDs struct {
	secret []byte

	mu        sync.Mutex
	forgotten map[string]bool
	order     []string // of forgetting, oldest first
	proved    map[proof]bool
}

// proof is an id with the owner that it was found to be issued to.
type proof struct{ id, owner string }

func newClientIDs(secret []byte) *clientIDs {
	if len(secret) == 0 {
		secret = random(sha256.Size)
	}
	return &clientIDs{secret: secret, forgotten: map[string]bool{}, proved: map[proof]bool{}}
}

// issue returns a new id for a client of owner.
func (c *clientIDs) issue(owner string) string {
	nonce := random(nonceSize)
	return idEncoding.EncodeToString(append(nonce, c.sign(nonce, owner)...))
}

// valid says whether id was issued to owner, by this server or one before it
// with the same secret, and not forgotten since.
func (c *clientIDs) valid(id, owner string) bool {
	p := proof{id, owner}
	c.mu.Lock()
	proved := c.proved[p]
	c.mu.Unlock()
	if !proved && !c.issued(id, owner) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !proved {
		if len(c.proved) >= maxProved {
			clear(c.proved)
		}
		c.proved[p] = true
	}
	return !c.forgotten[id]
}

// issued says whether id carries the signature of one that was issued to owner.
func (c *clientIDs) issued(id, owner string) bool {
	raw, err := idEncoding.DecodeString(id)
	return err == nil && len(raw) == nonceSize+macSize && hmac.Equal(raw[nonceSize:], c.sign(raw[:nonceSize], owner))
}

// forget makes a valid id invalid.
func (c *clientIDs) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forgotten[id] {
		return
	}
	if len(c.order) == maxForgotten {
		delete(c.forgotten, c.order[0])
		c.order = c.order[1:]
	}
	c.forgotten[id] = true
	c.order = append(c.order, id)
}

// sign is over a label too, so that no other use of the secret yields an id.
func (c *clientIDs) sign(nonce []byte, owner string) []byte {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte("mcp client id\x00"))
	mac.Write(nonce)
	mac.Write([]byte(owner))
	return mac.Sum(nil)[:macSize]
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}
