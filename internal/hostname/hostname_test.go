package hostname_test

import (
	"testing"

	"power-interpreter/internal/hostname"
)

func TestANameIsWhatIsLeftWithoutPortAndBrackets(t *testing.T) {
	for host, want := range map[string]string{
		"example.com": "example.com", "example.com:80": "example.com", "[::1]:80": "::1", "[::1]": "::1", "127.0.0.1:": "127.0.0.1", "": "",
	} {
		if got := hostname.Of(host); got != want {
			t.Errorf("%q is called %q, want %q", host, got, want)
		}
	}
}

func TestOnlyLoopbacksOwnNamesAreItsOwn(t *testing.T) {
	for name, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.": false, "localhost.example.com": false, "127.0.0.1.nip.io": false, "0.0.0.0": false, "10.0.0.1": false,
	} {
		if got := hostname.IsLoopback(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
