package transport

import (
	"encoding/json"
	"errors"
	"strings"

	"power-interpreter/orchestrator"
)

const methodCancelled = "notifications/cancelled"

// Causes of a call's end that are no wish of the caller's: what runs goes on
// without it.
var (
	errDropped = errors.New("the connection was dropped")
	errGaveUp  = errors.New("the client stopped waiting")
)

// timeoutWords are what a client's reason holds when its own clock took the
// call back, not its user. As sent by the official clients: "McpError: MCP error
// -32001: Request timed out" (TypeScript), "timed out after 60s" (Python),
// "context deadline exceeded" (Go), "TimeoutError: The operation was aborted due
// to timeout" (AbortSignal.timeout), "request timeout" (Rust).
var timeoutWords = []string{"timed out", "timeout", "time out", "time-out", "deadline exceeded", "-32001"}

// cancellation reads a notifications/cancelled: which call, and the cause that
// its context shall end of.
func cancellation(m message) (id json.RawMessage, cause error) {
	var p struct {
		RequestID json.RawMessage `json:"requestId"`
		Reason    any             `json:"reason"`
	}
	_ = json.Unmarshal(m.params, &p) // of what does not fit, nothing is cancelled
	reason, _ := p.Reason.(string)
	reason = strings.ToLower(reason)
	for _, word := range timeoutWords {
		if strings.Contains(reason, word) {
			return p.RequestID, errGaveUp
		}
	}
	return p.RequestID, orchestrator.ErrCancelled
}
