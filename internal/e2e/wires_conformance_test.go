//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// conforms are the scenarios of the MCP conformance suite that fit any server.
var conforms = []string{
	"server-initialize", "ping", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection",
}

const (
	ownTool     = "calls a test tool of the suite's own, which this server does not have"
	noLogging   = "the server does not announce logging"
	noComplete  = "the server does not announce completions"
	noResources = "the server does not announce resources: files are fetched with a tool"
	noPrompts   = "the server does not announce prompts"
)

// inapplicable says why each of the suite's other scenarios cannot pass here.
var inapplicable = map[string]string{
	"logging-set-level":             noLogging,
	"completion-complete":           noComplete,
	"tools-call-simple-text":        ownTool,
	"tools-call-image":              ownTool,
	"tools-call-audio":              ownTool,
	"tools-call-embedded-resource":  ownTool,
	"tools-call-mixed-content":      ownTool,
	"tools-call-with-logging":       noLogging,
	"tools-call-error":              ownTool,
	"tools-call-with-progress":      ownTool,
	"tools-call-sampling":           ownTool,
	"tools-call-elicitation":        ownTool,
	"json-schema-2020-12":           ownTool,
	"elicitation-sep1034-defaults":  ownTool,
	"elicitation-sep1330-enums":     ownTool,
	"server-sse-polling":            ownTool, // and without it checks nothing
	"resources-list":                noResources,
	"resources-read-text":           noResources,
	"resources-read-binary":         noResources,
	"resources-templates-read":      noResources,
	"resources-subscribe":           noResources,
	"resources-unsubscribe":         noResources,
	"prompts-list":                  noPrompts,
	"prompts-get-simple":            noPrompts,
	"prompts-get-with-args":         noPrompts,
	"prompts-get-embedded-resource": noPrompts,
	"prompts-get-with-image":        noPrompts,
}

// check is one finding of a scenario.
type check struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	ErrorMessage string `json:"errorMessage"`
}

// passed says whether a scenario found something good and nothing bad.
func passed(t *testing.T, checks []check) {
	t.Helper()
	good := 0
	for _, c := range checks {
		switch c.Status {
		case "SUCCESS":
			good++
		case "INFO":
		default:
			t.Errorf("%s: %s: %s", c.ID, c.Status, c.ErrorMessage)
		}
	}
	if good == 0 {
		t.Errorf("nothing was checked: %+v", checks)
	}
}

// findings reads what the suite wrote of the one scenario in a folder.
func findings(t *testing.T, dir string) []check {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*/checks.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("results of the scenario: %v %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var checks []check
	if err := json.Unmarshal(raw, &checks); err != nil {
		t.Fatal(err)
	}
	return checks
}

// scenario is a line of the suite's list.
var scenario = regexp.MustCompile(`(?m)^ +- (\S+) \[`)

func TestTheConformanceSuitePasses(t *testing.T) {
	modules := nodeModules(t)
	interpreter, suite := node(t, modules), filepath.Join(modules, "node_modules/.bin/conformance")
	listed := scenario.FindAllStringSubmatch(command(t, hang, modules, interpreter, suite, "list", "--server"), -1)
	if len(listed) != len(conforms)+len(inapplicable) {
		t.Errorf("the suite has %d scenarios, this test tells of %d", len(listed), len(conforms)+len(inapplicable))
	}
	for _, line := range listed {
		name := line[1]
		t.Run(name, func(t *testing.T) {
			if why, known := inapplicable[name]; known {
				t.Log("does not apply: ", why)
				return
			}
			if !slices.Contains(conforms, name) {
				t.Fatal("a scenario that this test does not know")
			}
			out := t.TempDir()
			command(t, hang, modules, interpreter, suite, "server", "--url", shared.url+"/mcp", "--scenario", name, "--output-dir", out)
			passed(t, findings(t, out))
		})
	}
}
