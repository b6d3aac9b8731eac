package config_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"power-interpreter/internal/config"
)

// secrets sets every setting that may hold one.
func secrets(t *testing.T) *config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte("bob:hush-hush-bob\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := read(t, map[string]string{ // refused: shown all the same
		"API_KEYS": "ann:hush-hush-ann,hush-hush-nameless", "API_KEYS_FILE": file,
		"PUBLIC_URL": "https://me:hush-hush@python.example.com/py", "DOCKER_HOST": "tcp://me:hush-hush@far:2376",
		"ADMIN_KEY": "hush-hush-admin", "EXECUTOR_TOKEN": "hush-hush-token", "EXECUTOR_URL": "https://me:hush-hush@far",
		"CORS_ORIGINS": "https://me:hush-hush@a.example", "PORT": "//me:hush-hush@x",
	})
	return c
}

func TestNoWayOfShowingSettingsShowsASecret(t *testing.T) {
	c := secrets(t)
	var table, document, line bytes.Buffer
	if err := config.Table(&table, c.Settings()); err != nil {
		t.Fatal(err)
	}
	if err := config.JSON(&document, c.Settings(), nil); err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewJSONHandler(&line, nil)).Info("settings", "settings", c)
	for name, shown := range map[string]string{"table": table.String(), "JSON": document.String(), "log": line.String(), "error": c.Check().Error()} {
		if strings.Contains(shown, "hush") {
			t.Errorf("%s shows a secret:\n%s", name, shown)
		}
	}
	for name, shown := range map[string]string{"table": table.String(), "JSON": document.String(), "log": line.String()} {
		for _, want := range []string{"ann:***,***", "https://***@python.example.com/py", "SESSION_IDLE_TIMEOUT"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s does not show %q", name, want)
			}
		}
	}
}

func TestSettingsAreShownWithWhereTheyCameFrom(t *testing.T) {
	c, err := read(t, map[string]string{"RETENTION": "48h", "SESSION_MEMORY": "100TiB", "FETCH_ALLOW_PRIVATE": "10.0.0.0/8,127.0.0.1"}, "--port=81")
	if err != nil {
		t.Fatal(err)
	}
	var document bytes.Buffer
	if err := config.JSON(&document, c.Settings(), []config.Misspelt{{Name: "SESSION_MEM", Near: "SESSION_MEMORY"}}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version  int
		Settings []config.Setting
		Misspelt []map[string]string
	}
	if err := json.Unmarshal(document.Bytes(), &got); err != nil || got.Version != 1 || got.Misspelt[0]["did_you_mean"] != "SESSION_MEMORY" {
		t.Errorf("%v: %s", err, &document)
	}
	values := map[string]config.Setting{}
	for _, s := range got.Settings {
		values[s.Name] = s
	}
	for name, want := range map[string]config.Setting{
		"PORT":                {Name: "PORT", Value: "81", From: config.Flag, Default: "8000"},
		"RETENTION":           {Name: "RETENTION", Value: "2d", From: config.Environment, Default: "7d"},
		"JOB_TIMEOUT_MAX":     {Name: "JOB_TIMEOUT_MAX", Value: "4h", From: config.Default, Default: "4h"},
		"FETCH_ALLOW_PRIVATE": {Name: "FETCH_ALLOW_PRIVATE", Value: "10.0.0.0/8,127.0.0.1/32", From: config.Environment},
		"SANDBOX_RUNTIME":     {Name: "SANDBOX_RUNTIME", From: config.Default},
	} {
		if values[name] != want {
			t.Errorf("got %+v, want %+v", values[name], want)
		}
	}
	if got := values["SESSION_MEMORY"].From; got != config.HostShare {
		t.Errorf("memory beyond the host's comes from %q", got)
	}
}

func TestAMemoryWithoutTheHostsShareStays(t *testing.T) {
	c, err := read(t, map[string]string{"SESSION_MEMORY": "300MiB", "MAX_SESSIONS": "1"})
	if err != nil || c.From("SESSION_MEMORY") != config.Environment || c.SessionMemory != 300<<20 {
		t.Errorf("%v from %s, %v", c.SessionMemory, c.From("SESSION_MEMORY"), err)
	}
}
