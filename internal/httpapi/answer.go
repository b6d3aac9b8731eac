package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// failure is the body of every error but those of MCP's own: a code for
// programs, and what to do next.
type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

// awayTime is how long the body of a request that is refused may take.
const awayTime = 5 * time.Second

// fail refuses a request. net/http reads on in its body, a little, before it
// sends the answer; a client that sends none does not hold it.
func fail(w http.ResponseWriter, status int, code, message string) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(awayTime)) // not supported by a test's recorder
	writeJSON(w, status, failure{code, message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"internal","message":"the answer could not be encoded: try again"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)+1))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // a client that left needs no answer
}

func notFound(w http.ResponseWriter, r *http.Request) {
	fail(w, http.StatusNotFound, "not_found", fmt.Sprintf("nothing is served at %.200q: MCP is at /mcp (Streamable HTTP) and /mcp/sse, files at /files/{session_id}/{path}, health at /health", r.URL.Path))
}

func notAllowed(w http.ResponseWriter, r *http.Request) { allow(w, r, "GET, HEAD") }

// allow refuses a method and names those that are served.
func allow(w http.ResponseWriter, r *http.Request, methods string) {
	w.Header().Set("Allow", methods)
	fail(w, http.StatusMethodNotAllowed, "method_not_allowed", fmt.Sprintf("%.20q is not served here; use %s", r.Method, methods))
}
