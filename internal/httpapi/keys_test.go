package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
)

func TestAKeyNamesItsOwnerAndNothingElsePasses(t *testing.T) {
	f := newFace(t, httpapi.Config{Keys: []keyring.Key{{Name: "ann", Secret: "k-ann"}, {Name: "bob", Secret: "k-bob"}}}, healthy)
	for _, tt := range []struct {
		authorization, owner, challenge string
	}{
		{"Bearer k-ann", "ann", ""},
		{"bearer  k-bob ", "bob", ""},
		{"", "", `Bearer realm="power-interpreter"`},
		{"Bearer", "", `error="invalid_token"`},
		{"Bearer ", "", `error="invalid_token"`},
		{"Bearer k-an", "", `error="invalid_token"`},
		{"Bearer k-ann2", "", `error="invalid_token"`},
		{"Bearer ann:k-ann", "", `error="invalid_token"`},
		{"Basic k-ann", "", `error="invalid_token"`},
		{"k-ann", "", `error="invalid_token"`},
	} {
		w := f.ask("POST", "/mcp", "Authorization", tt.authorization)
		if tt.owner != "" {
			if w.Code != http.StatusOK || w.Body.String() != "owner="+tt.owner {
				t.Errorf("%q: %d %s", tt.authorization, w.Code, w.Body)
			}
			continue
		}
		if w.Code != http.StatusUnauthorized || !strings.Contains(w.Header().Get("WWW-Authenticate"), tt.challenge) {
			t.Errorf("%q: %d, %q", tt.authorization, w.Code, w.Header().Get("WWW-Authenticate"))
		}
		if !strings.Contains(failed(t, w).Message, "Authorization: Bearer") {
			t.Errorf("%q: no advice in %s", tt.authorization, w.Body)
		}
	}
	if strings.Contains(f.log.String(), "k-ann") {
		t.Errorf("a key is in the log: %s", &f.log)
	}
}

func TestWithoutKeysEverybodyIsOneOwner(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	for _, authorization := range []string{"", "Bearer anything"} {
		if w := f.ask("POST", "/mcp", "Authorization", authorization); w.Body.String() != "owner=anonymous" {
			t.Errorf("%q: %d %s", authorization, w.Code, w.Body)
		}
	}
}
