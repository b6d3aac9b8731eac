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

// read parses the environment and the flags as the program does, and checks it.
func read(t *testing.T, env map[string]string, flags ...string) (*config.Config, error) {
	t.Helper()
	c := new(config.Config)
	parser, err := kong.New(c, append(c.Options(func(name string) (string, bool) {
		value, set := env[name]
		return value, set
	}), kong.Exit(func(int) { t.Fatal("exit") }))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(flags); err != nil {
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
		"port":              {map[string]string{"PORT": "70000"}, []string{"PORT", "65535"}},
		"port in words":     {map[string]string{"PORT": "web"}, []string{`PORT: "web" is no whole number`, "0 to 65535"}},
		"half a port":       {map[string]string{"PORT": "80.5"}, []string{`PORT: "80.5" is no whole number`}},
		"cores in words":    {map[string]string{"SESSION_CPUS": "all"}, []string{`SESSION_CPUS: "all" is no number`, "0.1 to 1024"}},
		"no number":         {map[string]string{"SESSION_CPUS": "NaN"}, []string{"SESSION_CPUS", "0.1 to 1024"}},
		"neither":           {map[string]string{"ALLOW_ANONYMOUS": "perhaps"}, []string{"ALLOW_ANONYMOUS", "true", "false"}},
		"level":             {map[string]string{"LOG_LEVEL": "chatty"}, []string{"LOG_LEVEL", "chatty", "DEBUG"}},
		"pids":              {map[string]string{"SESSION_PIDS": "1"}, []string{"SESSION_PIDS", "32 to"}},
		"disk":              {map[string]string{"SESSION_DISK": "3"}, []string{"SESSION_DISK", "1MiB"}},
		"retention":         {map[string]string{"RETENTION": "1s"}, []string{"RETENTION", "1m"}},
		"no keys' file":     {map[string]string{"API_KEYS_FILE": "/nowhere/keys"}, []string{"API_KEYS_FILE", "no such file"}},
		"host with port":    {map[string]string{"HOST": "127.0.0.1:80"}, []string{"HOST", "PORT"}},
		"host as an URL":    {map[string]string{"HOST": "http://me:longenough1@h"}, []string{"HOST", "127.0.0.1"}},
		"origin":            {map[string]string{"CORS_ORIGINS": "https://a.example,app.example.org"}, []string{"CORS_ORIGINS", `"app.example.org"`, "https://"}},
		"origin's path":     {map[string]string{"CORS_ORIGINS": "https://me:longenough1@a.example/app"}, []string{"CORS_ORIGINS", "no origin"}},
		"the system's":      {map[string]string{"SANDBOX_DATA_DIR": "/"}, []string{"SANDBOX_DATA_DIR is /,", "/power-interpreter"}},
		"in disguise":       {map[string]string{"SANDBOX_DATA_DIR": "/tmp/../var//lib/"}, []string{"SANDBOX_DATA_DIR is /var/lib,"}},
		"too many":          {map[string]string{"MAX_SESSIONS": "1000"}, []string{"MAX_SESSIONS is 1000", "memory", "at most"}},
		"sessions":          {map[string]string{"MAX_SESSIONS": "0"}, []string{"MAX_SESSIONS", "1 to"}},
		"memory":            {map[string]string{"SESSION_MEMORY": "1MiB"}, []string{"SESSION_MEMORY", "256MiB"}},
		"size in words":     {map[string]string{"SESSION_MEMORY": "much"}, []string{"much", "4GiB"}},
		"duration":          {map[string]string{"RETENTION": "7 days"}, []string{"7 days", "7d"}},
		"range":             {map[string]string{"FETCH_ALLOW_PRIVATE": "10.0.0.0/99"}, []string{"10.0.0.0/99"}},
		"public url":        {map[string]string{"PUBLIC_URL": "example.com"}, []string{"PUBLIC_URL", "https://"}},
		"url with a user":   {map[string]string{"PUBLIC_URL": "https://ann:longenough1@example.com"}, []string{"PUBLIC_URL", "https://"}},
		"url with a query":  {map[string]string{"PUBLIC_URL": "https://example.com/?a=1"}, []string{"PUBLIC_URL", "https://"}},
		"open to all":       {map[string]string{"HOST": "0.0.0.0"}, []string{"HOST", "API_KEYS", "ALLOW_ANONYMOUS"}},
		"short key":         {map[string]string{"API_KEYS": "ann:short"}, []string{"key 1", "8 characters"}},
		"short admin key":   {map[string]string{"ADMIN_KEY": "hush"}, []string{"ADMIN_KEY", "8 characters"}},
		"admin key of two":  {map[string]string{"ADMIN_KEY": "long enough"}, []string{"ADMIN_KEY", "without spaces"}},
		"admin's and ann's": {map[string]string{"ADMIN_KEY": "longenough1", "API_KEYS": "ann:longenough1"}, []string{"ADMIN_KEY", "ann", "its own"}},
		"key without name":  {map[string]string{"API_KEYS": ":longenough1"}, []string{"key 1"}},
		"same name twice":   {map[string]string{"API_KEYS": "a:longenough1,a:longenough2"}, []string{"key 2", "repeats"}},
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

func TestAllThatIsRefusedIsToldAtOnceByTheNameItCameBy(t *testing.T) {
	_, err := read(t, map[string]string{"PORT": "web", "RETENTION": "7 days", "SESSION_PIDS": "64"}, "--session-pids=1", "--host=::1:x")
	for _, want := range []string{"PORT: ", "RETENTION: ", "--session-pids is 1", "--host is "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	_, err = read(t, nil, "--port=web")
	if err == nil || !strings.Contains(err.Error(), `--port: "web" is no whole number; allowed is 0 to 65535`) {
		t.Error(err)
	}
}

func TestAFlagGoesBeforeTheEnvironmentAndEmptyIsUnset(t *testing.T) {
	c, err := read(t, map[string]string{
		"PORT": "web", "MAX_SESSIONS": "", "WARM_SANDBOXES": "  ", "SANDBOX_IMAGE": " mine ", "LOG_LEVEL": "debug", "CORS_ORIGINS": "https://a.example, https://b.example",
	}, "--port=81")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.TrimSpace(fmt.Sprintln(c.Port, c.MaxSessions, c.WarmSandboxes, c.Image, c.LogLevel, c.Level(), c.CORSOrigins))
	if want := "81 6 1 mine DEBUG DEBUG [https://a.example https://b.example]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, want := range map[string]config.Origin{
		"PORT": config.Flag, "MAX_SESSIONS": config.Default, "WARM_SANDBOXES": config.Default, "SANDBOX_IMAGE": config.Environment,
	} {
		if got := c.From(name); got != want {
			t.Errorf("%s comes from %q, want %q", name, got, want)
		}
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
