package httpapi

import (
	"net/http"
	"sync"
)

const (
	// maxTransfers bounds those under way: each holds a connection, a descriptor
	// and up to 300 KB. maxOfOne keeps one owner from taking them all.
	maxTransfers = 64
	maxOfOne     = 16
	// retryTransfer is when to come back, in seconds.
	retryTransfer = "2"
)

// transfers counts those under way.
type transfers struct {
	mu  sync.Mutex
	all int
	of  map[string]int
}

// enter takes a place, false when there is none.
func (t *transfers) enter(owner string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all >= maxTransfers || t.of[owner] >= maxOfOne {
		return false
	}
	if t.of == nil {
		t.of = map[string]int{}
	}
	t.all++
	t.of[owner]++
	return true
}

func (t *transfers) leave(owner string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all--
	if t.of[owner]--; t.of[owner] == 0 {
		delete(t.of, owner)
	}
}

// counted serves it if there is a place.
func (a *API) counted(w http.ResponseWriter, t target, serve func()) {
	if !a.transfers.enter(t.Owner) {
		w.Header().Set("Retry-After", retryTransfer)
		fail(w, http.StatusServiceUnavailable, "busy", "too many files are on their way: try again in a few seconds")
		return
	}
	defer a.transfers.leave(t.Owner)
	serve()
}
