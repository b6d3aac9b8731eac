package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
)

func TestAPageIsToldWhatItMayDo(t *testing.T) {
	f := newFace(t, httpapi.Config{
		CORSOrigins: []string{"https://app.example"}, Keys: []keyring.Key{{Name: "ann", Secret: "k"}},
	}, healthy)
	preflight := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, mcp-param-x"}

	w := f.ask("OPTIONS", "/mcp", append(preflight, "Origin", "https://app.example")...)
	h := w.Header()
	if w.Code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		!strings.Contains(h.Get("Access-Control-Allow-Methods"), "DELETE") || h.Get("Access-Control-Allow-Headers") != "authorization, mcp-param-x" {
		t.Errorf("preflight: %d %v", w.Code, h)
	}

	w = f.ask("POST", "/mcp", "Origin", "https://app.example", "Authorization", "Bearer k")
	h = w.Header()
	if h.Get("Access-Control-Allow-Origin") != "https://app.example" || h.Get("Vary") != "Origin" ||
		!strings.Contains(h.Get("Access-Control-Expose-Headers"), "Mcp-Session-Id") {
		t.Errorf("answer: %v", h)
	}

	w = f.ask("POST", "/mcp", "Origin", "https://app.example")
	if w.Code != http.StatusUnauthorized || w.Header().Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("a page cannot read why it was refused: %d %v", w.Code, w.Header())
	}

	for _, origin := range []string{"https://evil.example", "http://localhost:3000"} {
		w = f.ask("OPTIONS", "/mcp", append(preflight, "Origin", origin)...)
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s is told %s", origin, name)
			}
		}
	}
}

func TestWithoutCORSOriginsNothingIsShared(t *testing.T) {
	w := newFace(t, httpapi.Config{}, healthy).ask("POST", "/mcp", "Origin", "http://localhost:3000")
	for name := range w.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s is told", name)
		}
	}
}
