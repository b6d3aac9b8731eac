package executor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// newHostile is a server that answers with what it is given, again and again.
func newHostile(answer string, repeat int) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(protocol.HeaderVersion, protocol.Version)
		for range repeat {
			_, _ = io.WriteString(w, answer)
		}
	}))
}

// skewed is a client of an executor whose clock is ahead, and which knows of one
// execution, that began a minute ago.
func skewed(t *testing.T, ahead time.Duration) *client.Client {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(protocol.HeaderVersion, protocol.Version)
		now := time.Now().Add(ahead)
		e := orchestrator.Execution{ID: "a1b2c3d4", Status: orchestrator.StatusRunning, Queued: now.Add(-time.Minute), Started: now.Add(-time.Minute)}
		_ = json.NewEncoder(w).Encode(protocol.Event[orchestrator.Execution]{Done: true, Result: &e, Now: now})
	}))
	t.Cleanup(s.Close)
	return frontOf(t, client.Config{URL: s.URL})
}
