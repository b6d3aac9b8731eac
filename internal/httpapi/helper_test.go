package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/httpapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type ownerKey struct{}

// fakeMCP answers with whose request it was.
type fakeMCP struct {
	handler  http.HandlerFunc
	shutdown func(context.Context) error
}

func (f *fakeMCP) Routes() map[string]http.Handler {
	return map[string]http.Handler{"/mcp": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.handler != nil {
			f.handler(w, r)
			return
		}
		fmt.Fprintf(w, "owner=%v", r.Context().Value(ownerKey{}))
	})}
}

func (f *fakeMCP) Shutdown(ctx context.Context) error {
	if f.shutdown != nil {
		return f.shutdown(ctx)
	}
	return nil
}

// checker is a service's health.
type checker func(context.Context) error

func (c checker) Health(ctx context.Context) error { return c(ctx) }

func healthy(context.Context) error { return nil }

// face is an API with what it logged.
type face struct {
	*httpapi.API
	mcp *fakeMCP
	log bytes.Buffer
}

func newFace(t *testing.T, cfg httpapi.Config, check checker) *face {
	t.Helper()
	f := &face{mcp: &fakeMCP{}}
	cfg.Anonymous, cfg.Version = "anonymous", "1.2.3"
	if cfg.Host == "" {
		cfg.Host = "127.0.0.1"
	}
	cfg.WithOwner = func(ctx context.Context, owner string) context.Context {
		return context.WithValue(ctx, ownerKey{}, owner)
	}
	cfg.Logger = slog.New(slog.NewJSONHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	api, err := httpapi.New(cfg, check, f.mcp)
	if err != nil {
		t.Fatal(err)
	}
	f.API = api
	return f
}

// ask sends a request to localhost; header is name, value, name, value ...
func (f *face) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:8000"+path, nil)
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// failure is the body of an error.
type failure struct{ Error, Message string }

func failed(t *testing.T, w *httptest.ResponseRecorder) failure {
	t.Helper()
	var f failure
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || f.Error == "" || f.Message == "" {
		t.Errorf("%d %q is no error with advice: %v", w.Code, w.Body, err)
	}
	return f
}
