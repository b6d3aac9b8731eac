package deploytest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"power-interpreter/internal/config"
)

var update = flag.Bool("update", false, "write the example of the environment anew")

// deployed is a file of deploy, from wherever the tests run.
func deployed(name string) string {
	if _, err := os.Stat("deploy"); err == nil {
		return filepath.Join("deploy", name)
	}
	return filepath.Join("../../deploy", name)
}

// settings are the program's, by name.
func settings() (names []string, tags map[string]reflect.StructTag) {
	tags = map[string]reflect.StructTag{}
	of := reflect.TypeFor[config.Config]()
	for i := range of.NumField() {
		if name := of.Field(i).Tag.Get("env"); name != "" {
			names, tags[name] = append(names, name), of.Field(i).Tag
		}
	}
	return names, tags
}

// TestTheExampleOfTheEnvironmentHasEverySetting holds deploy/power-interpreter.env
// to what the settings' tags make of it.
func TestTheExampleOfTheEnvironmentHasEverySetting(t *testing.T) {
	var want strings.Builder
	want.WriteString("# Settings of Power Interpreter, for the units of systemd (/etc/power-interpreter.env) and for\n" +
		"# `docker run --env-file`. Each line is a setting at its default; take the # away to change it.\n")
	names, tags := settings()
	group := ""
	for _, name := range names {
		if g := tags[name].Get("group"); g != group {
			group = g
			fmt.Fprintf(&want, "\n# -- %s --\n", group)
		}
		fmt.Fprintf(&want, "\n# %s\n#%s=%s\n", tags[name].Get("help"), name, tags[name].Get("default"))
	}
	path := deployed("power-interpreter.env")
	if *update {
		if err := os.WriteFile(path, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Errorf("%s is not what the settings are: write it anew by go test ./internal/deploytest -run Example -update", path)
	}
}

// TestTheComposeFilesUseSettingsThatAreThere reads them as YAML, anchors resolved.
func TestTheComposeFilesUseSettingsThatAreThere(t *testing.T) {
	_, tags := settings()
	for _, name := range []string{"compose.yaml", "compose.split.yaml"} {
		text, err := os.ReadFile(deployed(name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Services map[string]struct {
				Environment map[string]string
				CapDrop     []string `yaml:"cap_drop"`
				ReadOnly    bool     `yaml:"read_only"`
				SecurityOpt []string `yaml:"security_opt"`
				Privileged  bool
				Volumes     []string
			}
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for service, s := range file.Services {
			for setting := range s.Environment {
				if _, known := tags[setting]; !known {
					t.Errorf("%s, %s: there is no setting %s", name, service, setting)
				}
			}
			if !s.ReadOnly || s.Privileged || fmt.Sprint(s.CapDrop, s.SecurityOpt) != "[ALL] [no-new-privileges:true]" {
				t.Errorf("%s, %s is not closed: %+v", name, service, s)
			}
			if strings.Contains(strings.Join(s.Volumes, " "), "/var/run/docker.sock}:") && service != "socket-proxy" {
				t.Errorf("%s, %s has the engine's socket", name, service)
			}
		}
	}
}

// TestTheUnitsDifferOnlyInWhatTheyRun keeps what confines them the same.
func TestTheUnitsDifferOnlyInWhatTheyRun(t *testing.T) {
	confinement := regexp.MustCompile(`(?m)^(?:[^#\n]*)$`)
	var units [2]string
	for i, name := range []string{"power-interpreter.service", "power-interpreter-executor.service"} {
		text, err := os.ReadFile(deployed(name))
		if err != nil {
			t.Fatal(err)
		}
		lines := confinement.FindAllString(string(text), -1)
		units[i] = strings.NewReplacer(" serve", "", " executor", "", ", executor for servers elsewhere", "", ", Python for AI agents over MCP", "").Replace(strings.Join(lines, "\n"))
	}
	if units[0] != units[1] {
		t.Errorf("%s\nis not\n%s", units[0], units[1])
	}
}
