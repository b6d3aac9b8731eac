package server

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/hostname"
	"power-interpreter/orchestrator"
)

// refusal is an answer that is no call's.
type refusal struct {
	status int
	protocol.Refusal
}

func invalid(format string, args ...any) protocol.Refusal {
	return protocol.Refusal{Error: *protocol.NewError(orchestrator.Errorf(orchestrator.CodeInvalid, format, args...))}
}

// awayTime is how long the body of a request that is refused may take.
const awayTime = 3 * time.Second

// refuse answers with why there is no call. net/http reads on in the request's
// body before it sends that: whoever sends none does not hold the connection,
// nor, having no token, keeps it.
func refuse(w http.ResponseWriter, r *refusal) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(awayTime)) // not supported by a test's recorder
	if r.status == http.StatusUnauthorized {
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(r.Refusal) // it has gone, or not
}

// owner is the name of the token that a request has. Without tokens everybody is
// let in.
func (s *Server) owner(r *http.Request) (name string, ok bool) {
	if len(s.tokens) == 0 {
		return "", true
	}
	secret, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return "", false
	}
	return s.tokens.Owner(secret)
}

// guard lets in who has a token and speaks this version. What has no token is
// told nothing else, so that the order of the checks is that of the tests here.
func (s *Server) guard(r *http.Request) (front, *refusal) {
	name, ok := s.owner(r)
	if !ok {
		return front{}, &refusal{http.StatusUnauthorized, invalid("this token is none of the executor's (EXECUTOR_TOKEN)")}
	}
	// Without a token a page could call, of a name that it has had resolve to this
	// machine (DNS rebinding). It cannot choose one of ours.
	if len(s.tokens) == 0 && !hostname.IsLoopback(hostname.Of(r.Host)) {
		return front{}, &refusal{http.StatusForbidden, invalid("an executor without EXECUTOR_TOKEN is called by localhost or 127.0.0.1 only")}
	}
	if spoken := r.Header.Get(protocol.HeaderVersion); spoken != protocol.Version || !strings.HasPrefix(r.URL.Path, protocol.Prefix+protocol.Version+"/") {
		return front{}, &refusal{http.StatusNotFound, invalid("the front speaks %.20q, the executor %q: run the same version of power-interpreter on both", spoken, protocol.Version)}
	}
	return front{name}, nil
}

// logPanic keeps a panic's own words out of the log unless the runtime spoke
// them: they could hold what a front sent.
func logPanic(log *slog.Logger, p any) {
	words := fmt.Sprintf("%T", p)
	if err, ok := p.(runtime.Error); ok {
		words = err.Error()
	}
	log.Error("a call panicked", "panic", words, "stack", string(debug.Stack()))
}
