//go:build e2e

package docker_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"strings"
	"testing"

	"power-interpreter/internal/docker"
)

// A proxy before the engine's socket may let through what the package
// documents, and a sandbox's whole life goes by.
func TestDocumentedRoutesAreEnough(t *testing.T) {
	real := newReal(t, nil)
	fake := newFake(t)
	passOn := passOnTo(engineSocket())
	for _, route := range documentedRoutes(t) {
		fake.on(route, passOn)
	}
	fake.on("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s is not documented", r.Method, r.URL.Path)
		w.WriteHeader(http.StatusForbidden)
	})
	real.Engine = open(t, docker.Config{Host: fake.host, Image: real.image})
	if _, err := real.Check(t.Context()); err != nil {
		t.Fatalf("%v: %v", err, errorCause(err))
	}
	exits := real.exits(t)
	spec := real.started(t)
	if answer := real.attach(t, spec.ID).ask(t, "echo through"); answer != "through" {
		t.Errorf("answer %q", answer)
	}
	if found, err := real.List(t.Context(), real.dataDir); len(found) != 1 || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	if err := real.Remove(t.Context(), spec.ID); err != nil {
		t.Error(err)
	}
	awaitExit(t, exits, spec.ID)
}

// documentedRoutes reads the list in the comment of the interface of calls.
func documentedRoutes(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("calls.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for line := range strings.Lines(string(source)) {
		words := strings.Fields(strings.TrimPrefix(line, "//"))
		if len(words) > 1 && strings.HasPrefix(line, "//\t") {
			routes = append(routes, words[0]+" "+words[1])
		}
	}
	if len(routes) < 9 {
		t.Fatalf("only %v are documented", routes)
	}
	return routes
}

func engineSocket() string {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return strings.TrimPrefix(host, "unix://")
	}
	return strings.TrimPrefix(docker.DefaultHost, "unix://")
}

func passOnTo(socket string) http.HandlerFunc {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine"
		},
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "unix", socket)
			},
		},
		FlushInterval: -1,
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del("Api-Version")
		w.Header().Del("Ostype")
		proxy.ServeHTTP(w, r)
	}
}
