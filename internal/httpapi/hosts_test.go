package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
)

func TestTheNameItIsCalledBy(t *testing.T) {
	keys := []keyring.Key{{Name: "ann", Secret: "k"}}
	local := httpapi.Config{}
	published := httpapi.Config{PublicURL: "https://py.example.org/py"}
	lan := httpapi.Config{Host: "0.0.0.0"}
	keyed := httpapi.Config{Host: "0.0.0.0", Keys: keys}
	for _, tt := range []struct {
		name         string
		cfg          httpapi.Config
		host, origin string
		ok           bool
	}{
		{"localhost", local, "localhost:8000", "", true},
		{"localhost without a port", local, "LOCALHOST", "", true},
		{"IPv4 loopback", local, "127.0.0.1:8000", "", true},
		{"another of them", local, "127.9.9.9", "", true},
		{"IPv6 loopback", local, "[::1]:8000", "", true},
		{"IPv6 loopback without a port", local, "[::1]", "", true},
		{"no name", local, "", "", false},
		{"a pointed name", local, "evil.example:8000", "", false},
		{"one that looks like it", local, "localhost.evil.example", "", false},
		{"another that does", local, "127.0.0.1.evil.example", "", false},
		{"an address of the network", local, "192.168.1.5:8000", "", false},
		{"PUBLIC_URL's, as a proxy keeps it", published, "py.example.org", "", true},
		{"its subdomain", published, "x.py.example.org", "", false},
		{"an address, where others reach it", lan, "192.168.1.5:8000", "", true},
		{"a pointed name there", lan, "evil.example:8000", "", false},
		{"any name, where a key is asked for", keyed, "whatever.example", "", true},
		{"any name with a key, on loopback", httpapi.Config{Keys: keys}, "evil.example", "", false},

		{"a page of localhost", local, "localhost:8000", "http://localhost:6274", true},
		{"a page of a stranger", local, "localhost:8000", "https://evil.example", false},
		{"a page of no origin", local, "localhost:8000", "null", false},
		{"PUBLIC_URL's page", published, "localhost:8000", "https://py.example.org", true},
		{"its own page", keyed, "whatever.example", "https://whatever.example", true},
		{"a stranger's page with a key", keyed, "whatever.example", "https://evil.example", false},
		{"an origin that is allowed", httpapi.Config{CORSOrigins: []string{"https://App.example:444"}}, "localhost", "https://app.example:444", true},
		{"its other port", httpapi.Config{CORSOrigins: []string{"https://app.example:444"}}, "localhost", "https://app.example", false},
		{"all origins", httpapi.Config{CORSOrigins: []string{"*"}}, "localhost", "null", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newFace(t, tt.cfg, healthy).ask("POST", "/mcp", "Host", tt.host, "Origin", tt.origin, "Authorization", "Bearer k")
			if (w.Code == http.StatusOK) != tt.ok {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if !tt.ok && (w.Code != http.StatusForbidden || !strings.Contains(failed(t, w).Message, "_")) { // PUBLIC_URL, CORS_ORIGINS
				t.Errorf("%d without advice: %s", w.Code, w.Body)
			}
		})
	}
}

func TestHealthIsToldByAnyNameAndWithoutAKey(t *testing.T) {
	f := newFace(t, httpapi.Config{Keys: []keyring.Key{{Name: "ann", Secret: "k"}}}, healthy)
	if w := f.ask("GET", "/health", "Host", "healthcheck.example"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestASettingThatIsNoneIsRefused(t *testing.T) {
	for _, cfg := range []httpapi.Config{
		{PublicURL: "py.example.org"},
		{PublicURL: "ftp://py.example.org"},
		{PublicURL: "https://"},
		{CORSOrigins: []string{"app.example"}},
		{CORSOrigins: []string{"https://app.example/path"}},
	} {
		if _, err := httpapi.New(cfg, checker(healthy), &fakeMCP{}); err == nil || !strings.Contains(err.Error(), "https://") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}
