package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestHealthIsTheServersOwnWord(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		answer, want string
	}{
		"it can serve":      {200, `{"status":"ok","version":"1"}`, ""},
		"it cannot":         {503, `{"status":"unavailable","reason":"no Docker engine answers"}`, "unavailable: no Docker engine answers"},
		"it stops":          {503, `{"status":"stopping"}`, "stopping"},
		"something else":    {200, `<html>`, "no Power Interpreter"},
		"something without": {200, `{}`, "no Power Interpreter"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/health" {
					t.Errorf("asked %s", r.URL.Path)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			}))
			defer server.Close()
			at, _ := url.Parse(server.URL)
			t.Setenv("PORT", at.Port())
			t.Setenv("HOST", "0.0.0.0") // as in a container: without keys, which are nothing to this
			err := run(t.Context(), []string{"health"})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestHealthOfWhatDoesNotListen(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	t.Setenv("PORT", port)
	t.Setenv("EXECUTOR_LISTEN", ":"+port)
	if err := run(t.Context(), []string{"health", "--executor"}); err != nil {
		t.Error(err)
	}
	free.Close()
	for _, args := range [][]string{{"health"}, {"health", "--executor"}} {
		if err := run(t.Context(), args); err == nil || !strings.Contains(err.Error(), port) || strings.Contains(err.Error(), "Get ") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
