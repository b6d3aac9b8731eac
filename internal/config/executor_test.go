package config_test

import (
	"strings"
	"testing"
)

// environment is NAME=value pairs as a process has them.
func environment(pairs ...string) map[string]string {
	env := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func TestAnExecutorIsNotLeftOpen(t *testing.T) {
	secure := []string{"EXECUTOR_TLS_CERT=executor_test.go", "EXECUTOR_TLS_KEY=executor_test.go"}
	for name, c := range map[string]struct {
		env  []string
		want string // in the refusal, empty for none
	}{
		"on loopback":               {nil, ""},
		"on loopback by name":       {[]string{"EXECUTOR_LISTEN=localhost:1"}, ""},
		"on IPv6's loopback":        {[]string{"EXECUTOR_LISTEN=[::1]:1"}, ""},
		"to all, without a token":   {append([]string{"EXECUTOR_LISTEN=0.0.0.0:8080"}, secure...), "EXECUTOR_TOKEN"},
		"everywhere, without one":   {append([]string{"EXECUTOR_LISTEN=:8080"}, secure...), "EXECUTOR_TOKEN"},
		"to all, without TLS":       {[]string{"EXECUTOR_LISTEN=0.0.0.0:8080", "EXECUTOR_TOKEN=12345678"}, "EXECUTOR_TLS_CERT"},
		"by a name, without TLS":    {[]string{"EXECUTOR_LISTEN=executor:8080", "EXECUTOR_TOKEN=12345678"}, "EXECUTOR_INSECURE"},
		"to all, with both":         {append([]string{"EXECUTOR_LISTEN=0.0.0.0:8080", "EXECUTOR_TOKEN=12345678"}, secure...), ""},
		"to all, said out loud":     {[]string{"EXECUTOR_LISTEN=:8080", "EXECUTOR_TOKEN=12345678", "EXECUTOR_INSECURE=true"}, ""},
		"insecure, without a token": {[]string{"EXECUTOR_LISTEN=:8080", "EXECUTOR_INSECURE=true"}, "EXECUTOR_TOKEN"},
		"without a port":            {[]string{"EXECUTOR_LISTEN=0.0.0.0"}, "127.0.0.1:8080"},
		"a short token":             {[]string{"EXECUTOR_TOKEN=1234567"}, "at least 8"},
		"a short one of several":    {[]string{"EXECUTOR_TOKEN=web:12345678,desk:1"}, "at least 8"},
		"one token for two":         {[]string{"EXECUTOR_TOKEN=web:12345678,desk:12345678"}, "of its own"},
		"one name for two":          {[]string{"EXECUTOR_TOKEN=web:12345678,web:123456789"}, "of its own"},
		"two without a name":        {[]string{"EXECUTOR_TOKEN=12345678,123456789"}, "of its own"},
		"several":                   {[]string{"EXECUTOR_TOKEN=web:12345678 desk:123456789,1234567890"}, ""},
		"a certificate without key": {[]string{"EXECUTOR_TLS_CERT=executor_test.go"}, "belong together"},
		"a front with several":      {[]string{"EXECUTOR_URL=http://localhost:1", "EXECUTOR_TOKEN=web:12345678,desk:123456789"}, "a front"},
	} {
		cfg, err := read(t, environment(c.env...))
		if err == nil {
			err = cfg.CheckExecutor()
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v does not say %s", name, err, c.want)
		case err != nil && strings.Contains(err.Error(), "12345678"):
			t.Errorf("%s: %v shows a token", name, err)
		}
	}
}

func TestOnlyALoopbackURLIsOfAnExecutorHere(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:8080":    "127.0.0.1:8080",
		"http://localhost":         "localhost:80",
		"http://[::1]:8080/":       "[::1]:8080",
		"http://127.0.0.1:8080/x":  "",
		"https://127.0.0.1:8080":   "", // without a certificate there is none
		"http://executor:8080":     "",
		"http://10.0.0.1:8080":     "",
		"http://127.0.0.1.evil.tv": "",
		"":                         "",
	} {
		cfg, err := read(t, environment("EXECUTOR_URL="+url))
		if err != nil {
			t.Fatal(err)
		}
		if got, here := cfg.ExecutorHere(); got != want || here != (want != "") {
			t.Errorf("%q is %q, %v", url, got, here)
		}
	}
}
