package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"power-interpreter/internal/config"
)

// read parses the environment as the program does, and checks it.
func read(t *testing.T, env map[string]string) (config.Config, error) {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c config.Config
	parser, err := kong.New(&c, kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		return c, err
	}
	return c, c.Check()
}

func TestDefaultsAreTheContracts(t *testing.T) {
	c, err := read(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := c.Limits()
	got := fmt.Sprint(c.Address(), c.DataDir, l.MaxSessions, l.WarmSandboxes, l.IdleTimeout, l.JobTimeoutMax, l.Retention,
		l.MaxOutputChars, l.MaxUpload>>20, c.MaxFetchMB, c.MaxRequestMB, time.Duration(c.DetachAfter), l.Sandbox.CPUs, l.Sandbox.Pids, l.Sandbox.Disk>>30)
	want := fmt.Sprint("127.0.0.1:8000", "/app/sandbox_data", 6, 1, 30*time.Minute, 4*time.Hour, 7*24*time.Hour,
		20000, 500, 500, 64, 55*time.Second, 2.0, 512, 5)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMemoryIsNeverMoreThanTheHostsShare(t *testing.T) {
	c, err := read(t, map[string]string{"SESSION_MEMORY": "100TiB", "MAX_SESSIONS": "1"})
	if err != nil || c.SessionMemory >= 100<<40 {
		t.Errorf("%v, %v: want the host's memory", c.SessionMemory, err)
	}
}

func TestBadSettingsAreRefusedByNameWithWhatIsAllowed(t *testing.T) {
	for name, tt := range map[string]struct {
		env   map[string]string
		words []string
	}{
		"port":             {map[string]string{"PORT": "70000"}, []string{"PORT", "65535"}},
		"port in words":    {map[string]string{"PORT": "web"}, []string{"port"}},
		"sessions":         {map[string]string{"MAX_SESSIONS": "0"}, []string{"MAX_SESSIONS", "1 to"}},
		"memory":           {map[string]string{"SESSION_MEMORY": "1MiB"}, []string{"SESSION_MEMORY", "256MiB"}},
		"size in words":    {map[string]string{"SESSION_MEMORY": "much"}, []string{"much", "4GiB"}},
		"duration":         {map[string]string{"RETENTION": "7 days"}, []string{"7 days", "7d"}},
		"range":            {map[string]string{"FETCH_ALLOW_PRIVATE": "10.0.0.0/99"}, []string{"10.0.0.0/99"}},
		"public url":       {map[string]string{"PUBLIC_URL": "example.com"}, []string{"PUBLIC_URL", "https://"}},
		"url with a user":  {map[string]string{"PUBLIC_URL": "https://ann:longenough1@example.com"}, []string{"PUBLIC_URL", "https://"}},
		"url with a query": {map[string]string{"PUBLIC_URL": "https://example.com/?a=1"}, []string{"PUBLIC_URL", "https://"}},
		"open to all":      {map[string]string{"HOST": "0.0.0.0"}, []string{"HOST", "API_KEYS", "ALLOW_ANONYMOUS"}},
		"short key":        {map[string]string{"API_KEYS": "ann:short"}, []string{"key 1", "8 characters"}},
		"key without name": {map[string]string{"API_KEYS": ":longenough1"}, []string{"key 1"}},
		"same name twice":  {map[string]string{"API_KEYS": "a:longenough1,a:longenough2"}, []string{"key 2", "repeats"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, tt.env)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "longenough") {
				t.Errorf("%q shows a key", err)
			}
		})
	}
}

func TestKeysAreReadFromListAndFileAndNeverShown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte("# people\nbob:bobs-long-key\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := read(t, map[string]string{"HOST": "0.0.0.0", "API_KEYS": "ann:anns:long-key", "API_KEYS_FILE": file})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Keys) != 2 || c.Keys[0] != (config.Key{Name: "ann", Secret: "anns:long-key"}) || c.Keys[1].Name != "bob" {
		t.Errorf("%d keys", len(c.Keys))
	}
	if shown := fmt.Sprint(c.Keys); strings.Contains(shown, "long-key") {
		t.Errorf("%s shows a key", shown)
	}
}

func TestAddressRangesMayBeSingleAddresses(t *testing.T) {
	c, err := read(t, map[string]string{"FETCH_ALLOW_PRIVATE": "127.0.0.1, 10.1.2.3/8"})
	if err != nil || fmt.Sprint(c.FetchAllowPrivate) != "[127.0.0.1/32 10.0.0.0/8]" {
		t.Errorf("%v, %v", c.FetchAllowPrivate, err)
	}
}

func TestAProxysPathIsPublicURLs(t *testing.T) {
	for public, want := range map[string]string{"": "", "https://a.example": "", "https://a.example/": "", "https://a.example/py/": "/py", "https://a.example/a/b": "/a/b"} {
		c, err := read(t, map[string]string{"PUBLIC_URL": public})
		if err != nil || c.BasePath() != want {
			t.Errorf("%s: %q, %v", public, c.BasePath(), err)
		}
	}
}
