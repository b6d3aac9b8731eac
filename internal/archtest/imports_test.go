// Package archtest holds the walls of the house: which package may import which.
package archtest

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "power-interpreter/"

// allowed lists, for each package of ours, what else of ours it may import,
// with the reason. A package that is not listed may import nothing of ours.
var allowed = []struct {
	pkg     string // and the packages below it
	imports []string
	reason  string
}{
	{"internal/jsontext", nil, "strings on the way of every call: standard library only"},
	{"internal/wire", []string{"internal/jsontext"}, "both sides of the frames use it: standard library only"},
	{"internal/workspace", nil, "the one place where paths are joined: standard library, and the kernel's calls that it lacks"},
	{"orchestrator", []string{"internal/workspace"}, "the domain knows its ports, not what is behind them"},
	{"internal/runner", []string{"orchestrator", "internal/rawconn", "internal/wire"}, "an adapter: a stream becomes a Kernel"},
	{"internal/rawio", nil, "reads and writes of the server and of the supervisor: standard library only"},
	{"internal/rawconn", []string{"internal/rawio"}, "those of connections"},
	{"internal/logwriter", nil, "the log's last yard: standard library only"},
	{"internal/cgroup", nil, "reads the host's files: standard library only"},
	{"internal/docker", []string{"orchestrator", "deploy", "internal/cgroup"}, "an adapter: the engine's types stay in it"},
	{"internal/socketproxy", []string{"internal/docker"}, "the engine's interface over HTTP; which calls are a sandbox's is the adapter's to know"},
	{"internal/store", []string{"orchestrator"}, "an adapter of the port Store: SQLite stays in it"},
	{"internal/fetch", []string{"orchestrator"}, "an adapter of the port Fetcher"},
	{"internal/fake", []string{"orchestrator"}, "stand-ins for the ports"},
	{"internal/keyring", nil, "whose a secret is: for every door that has keys"},
	{"internal/hostname", nil, "names of hosts: for every door that looks at them"},
	{"internal/executor", []string{"orchestrator", "internal/executor", "internal/hostname", "internal/keyring"}, "both ends of the executor's API: a service in, a service out"},
	{"internal/config", []string{"orchestrator"}, "settings become the domain's limits"},
	{"internal/mcptool", []string{"orchestrator", "internal/jsontext", "internal/mcptool"}, "a thin face on the service: mcp-go's types stay in it"},
	{"internal/admincli", []string{"orchestrator"}, "a client of /admin: it reads the same types that the server wrote"},
	{"internal/httpapi", []string{"orchestrator", "internal/hostname", "internal/keyring"}, "routes and guards; handlers are handed in"},
	{"internal/doctor", []string{"orchestrator", "internal/config", "internal/docker", "internal/runner"}, "looks at the engine, and starts one sandbox, by the server's own means"},
	{"deploy", nil, "files to embed"},
	{"runner-image/supervisor", []string{"internal/rawio", "internal/wire", "runner-image/supervisor"}, "runs in every sandbox: small, standard library and the frames"},
	{"internal/program", nil, "runs the built server as a person would: it knows nothing of what is in it"},
	{"internal/demo", []string{"internal/demo", "internal/program", "internal/workbook"}, "a client like any other: it knows the server by its protocol alone"},
	{"internal/chaos", []string{"internal/chaos"}, "clients like any other, that hold a server to its word: they must not share its view of things"},
	{"internal/bench", []string{"internal/bench", "internal/program"}, "measures the server from outside, as a client: what is within it is none of its business"},
	{"internal/workbook", nil, "what the demo and the end-to-end tests hold answers against: it must know nothing of the server"},
	{"internal/readme", []string{"internal/config"}, "holds README.md against the settings and the tools' published schemas"},
	{"internal/deploytest", []string{"internal/config"}, "holds what deploy has against the settings, and runs it from outside"},
	{"internal/archtest", nil, ""},
}

// leashed are modules whose types must not leave the package that adapts them.
var leashed = map[string]string{
	"github.com/docker/docker":    "internal/docker",
	"github.com/mark3labs/mcp-go": "internal/mcptool",
	"modernc.org/sqlite":          "internal/store",
	"github.com/prometheus":       "internal/httpapi",
}

// beside is what a plain package may import of the Go project's own beside the
// standard library.
var beside = map[string][]string{
	"internal/workspace": {"golang.org/x/sync/errgroup", "golang.org/x/sys/unix"},
}

// plain packages import nothing but the standard library and what allowed lists.
var plain = []string{"internal/jsontext", "internal/wire", "internal/rawio", "internal/rawconn", "internal/logwriter", "internal/workspace", "internal/cgroup", "runner-image/supervisor"}

type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		self := strings.TrimPrefix(p.ImportPath, module)
		if within(self, "cmd") || within(self, "internal/e2e") {
			continue // wires everything
		}
		var rule []string
		reason, known := "it is not listed in allowed: say there what it may import, and why", false
		for _, a := range allowed {
			if within(self, a.pkg) {
				rule, reason, known = a.imports, a.reason, true
			}
		}
		for _, imported := range p.Imports {
			target, ours := strings.CutPrefix(imported, module)
			if !ours && known {
				continue
			}
			if ours && !anyWithin(target, rule) && !within(target, self) {
				t.Errorf("%s imports %s: %s", self, target, reason)
			}
		}
		if !known {
			t.Errorf("%s: %s", self, reason)
		}
	}
}

func anyWithin(target string, roots []string) bool {
	for _, root := range roots {
		if within(target, root) {
			return true
		}
	}
	return false
}

func TestForeignTypesStayWithTheirAdapter(t *testing.T) {
	for _, p := range packages(t) {
		self := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			for foreign, home := range leashed {
				if within(imported, foreign) && !within(self, home) {
					t.Errorf("%s imports %s, which only %s may", self, imported, home)
				}
			}
		}
	}
}

func TestPlainPackagesUseTheStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		self := strings.TrimPrefix(p.ImportPath, module)
		if !anyWithin(self, plain) {
			continue
		}
		for _, imported := range p.Imports {
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") && !slices.Contains(beside[self], imported) {
				t.Errorf("%s imports %s; only the standard library may be there", self, imported)
			}
		}
	}
}
