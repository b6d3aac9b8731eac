package keyring_test

import (
	"slices"
	"testing"

	"power-interpreter/internal/keyring"
)

func TestASecretIsItsOwnersAlone(t *testing.T) {
	ring := keyring.New([]keyring.Key{{Name: "ann", Secret: "a-secret"}, {Name: "", Secret: "nameless"}, {Name: "bob", Secret: "b-secret"}})
	for secret, want := range map[string]struct {
		name string
		ok   bool
	}{
		"a-secret": {"ann", true}, "b-secret": {"bob", true}, "nameless": {"", true},
		"": {}, "a-secre": {}, "a-secret ": {}, "ann": {}, "a-secretb-secret": {},
	} {
		if name, ok := ring.Owner(secret); name != want.name || ok != want.ok {
			t.Errorf("%q is %q, %v; want %q, %v", secret, name, ok, want.name, want.ok)
		}
	}
	if got := ring.Names(); !slices.Equal(got, []string{"ann", "", "bob"}) {
		t.Errorf("names %q", got)
	}
	if _, ok := keyring.New(nil).Owner(""); ok {
		t.Error("nobody's secret is somebody's")
	}
}
