package config_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"power-interpreter/internal/config"
)

// contract are the settings that hosts and prompts already use, with their defaults.
var contract = map[string]string{
	"PORT": "8000", "HOST": "127.0.0.1", "API_KEYS": "", "API_KEYS_FILE": "", "ADMIN_KEY": "", "ALLOW_ANONYMOUS": "",
	"SANDBOX_DATA_DIR": "/app/sandbox_data", "MAX_UPLOAD_MB": "500", "MAX_FETCH_SIZE_MB": "500", "MAX_REQUEST_MB": "64",
	"MAX_OUTPUT_CHARS": "20000", "DETACH_AFTER": "55s", "JOB_TIMEOUT_MAX": "4h", "RETENTION": "7d", "CORS_ORIGINS": "",
	"LOG_LEVEL": "INFO", "PUBLIC_URL": "", "FETCH_ALLOW_PRIVATE": "", "MAX_SESSIONS": "6", "WARM_SANDBOXES": "1",
	"SESSION_IDLE_TIMEOUT": "30m", "SESSION_MEMORY": "4GiB", "SESSION_CPUS": "2", "SESSION_PIDS": "512", "SESSION_DISK": "5GiB",
	"EXECUTOR_URL": "", "EXECUTOR_LISTEN": "127.0.0.1:8080", "EXECUTOR_TOKEN": "", "EXECUTOR_INSECURE": "",
	"SANDBOX_IMAGE": "power-interpreter-runner:latest", "SANDBOX_RUNTIME": "", "DOCKER_HOST": "",
}

// help is what --help prints of a program with these commands.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var grammar struct {
		config.Config
		Serve   struct{} `cmd:"" default:"withargs"`
		Version struct{} `cmd:"" concerns:"none"`
		Files   struct {
			Purge struct{} `cmd:""`
		} `cmd:"" concerns:"files limits"`
	}
	var out bytes.Buffer
	parser, err := kong.New(&grammar, append(grammar.Options(func(string) (string, bool) { return "", false }),
		kong.Writers(&out, &out), kong.Exit(func(int) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = parser.Parse(append(args, "--help"))
	return out.String()
}

func TestHelpHasEverySettingOfTheContractWithItsDefault(t *testing.T) {
	text := strings.Join(strings.Fields(help(t)), " ")
	for name, value := range contract {
		_, before, found := strings.Cut(text, "("+name+")")
		if !found && before == "" {
			t.Errorf("--help lacks %s", name)
		}
		if value != "" && !strings.Contains(text, "="+value+" ") && !strings.Contains(text, `="`+value+`" `) {
			t.Errorf("--help lacks %s, the default of %s", value, name)
		}
	}
}

func TestEverySettingHasHelpAGroupAndTheContractsDefault(t *testing.T) {
	of := reflect.TypeFor[config.Config]()
	headings := help(t)
	for i := range of.NumField() {
		tag := of.Field(i).Tag
		name := tag.Get("env")
		if name == "" {
			continue
		}
		if tag.Get("help") == "" || tag.Get("group") == "" {
			t.Errorf("%s needs a help and a group tag", name)
		}
		if strings.Contains(headings, "\n"+tag.Get("group")+"\n") {
			t.Errorf("the group %s of %s has no heading", tag.Get("group"), name)
		}
		if value, fixed := contract[name]; fixed && value != tag.Get("default") {
			t.Errorf("%s is %q by default, want %q", name, tag.Get("default"), value)
		}
		secret := strings.Contains(name, "KEY") || strings.Contains(name, "TOKEN")
		if secret && tag.Get("type") != "existingfile" && tag.Get("secret") == "" {
			t.Errorf("%s sounds like a secret and has no secret tag", name)
		}
	}
	for name := range contract {
		if !has(of, name) {
			t.Errorf("there is no %s", name)
		}
	}
}

func has(of reflect.Type, name string) bool {
	for i := range of.NumField() {
		if of.Field(i).Tag.Get("env") == name {
			return true
		}
	}
	return false
}

func TestACommandsHelpShowsTheSettingsThatConcernIt(t *testing.T) {
	for _, c := range []struct {
		args       []string
		has, lacks []string
	}{
		{[]string{"version"}, nil, []string{"PORT", "SESSION_DISK", "Serving"}},
		{[]string{"files", "purge"}, []string{"(RETENTION)", "(SESSION_DISK)"}, []string{"(PORT)", "(API_KEYS)"}},
		{[]string{"serve"}, []string{"(PORT)", "(API_KEYS)", "Limits of each sandbox:"}, nil},
	} {
		text := help(t, c.args...)
		for _, w := range c.has {
			if !strings.Contains(text, w) {
				t.Errorf("%v: lacks %s", c.args, w)
			}
		}
		for _, w := range c.lacks {
			if strings.Contains(text, w) {
				t.Errorf("%v: has %s", c.args, w)
			}
		}
	}
}
