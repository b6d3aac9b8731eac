// Package readme holds README.md against what it tells of: the settings, the
// tools, the libraries, the folders, the make targets.
package readme_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/config"
)

const root = "../.."

func readme(t *testing.T) string {
	t.Helper()
	return read(t, "README.md")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows returns the cells of the table under a heading, without its head.
func rows(t *testing.T, heading string) [][]string {
	t.Helper()
	_, section, found := strings.Cut(readme(t), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("no heading %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var table [][]string
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		table = append(table, cells)
	}
	return table
}

func TestTheSettingsAreTheProgramsWithTheirDefaults(t *testing.T) {
	var want, got []string
	for field := range fields(reflect.TypeFor[config.Config]()) {
		if name := field.Tag.Get("env"); name != "" {
			want = append(want, strings.TrimSpace(name+" "+field.Tag.Get("default")))
		}
	}
	for _, cells := range rows(t, "Settings") {
		got = append(got, strings.TrimSpace(strings.ReplaceAll(cells[0]+" "+cells[1], "`", "")))
	}
	compare(t, got, want)
}

func fields(of reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range of.NumField() {
			if !yield(of.Field(i)) {
				return
			}
		}
	}
}

var word = regexp.MustCompile("`([^`]+)`")

// TestTheToolsAreThoseThatAreServed takes the published definitions, which the
// tools' own tests hold against what is served.
func TestTheToolsAreThoseThatAreServed(t *testing.T) {
	var want, got []string
	files, _ := filepath.Glob(filepath.Join(root, "internal/mcptool/testdata/*.json"))
	for _, file := range files {
		var tool struct {
			Name        string
			InputSchema struct {
				Properties map[string]any
				Required   []string
			}
		}
		if err := json.Unmarshal([]byte(read(t, strings.TrimPrefix(file, root))), &tool); err != nil {
			t.Fatal(err)
		}
		want = append(want, signature(tool.Name, tool.InputSchema.Required, keys(tool.InputSchema.Properties)))
	}
	for _, cells := range rows(t, "Tools") {
		required, _, _ := strings.Cut(cells[1], "[")
		got = append(got, signature(strings.Trim(cells[0], "`"), names(required), names(cells[1])))
	}
	compare(t, got, want)
}

func names(text string) []string {
	var found []string
	for _, match := range word.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

func keys(m map[string]any) []string {
	var found []string
	for k := range m {
		found = append(found, k)
	}
	return found
}

func signature(name string, required, all []string) string {
	slices.Sort(required)
	slices.Sort(all)
	return name + " takes " + strings.Join(all, " ") + ", must have " + strings.Join(required, " ")
}

func TestTheLibrariesAreThoseOfTheImage(t *testing.T) {
	_, sentence, _ := strings.Cut(readme(t), "at fixed versions: ")
	sentence, _, _ = strings.Cut(sentence, ".")
	got := strings.FieldsFunc(strings.ReplaceAll(sentence, " and ", ", "), func(r rune) bool { return r == ',' || r == ' ' })
	var want []string
	for line := range strings.Lines(read(t, "runner-image/requirements.in")) {
		if name, _, pinned := strings.Cut(line, "=="); pinned && !strings.HasPrefix(line, "#") && !unnamed[name] {
			want = append(want, strings.TrimSuffix(name, "-cpu"))
		}
	}
	compare(t, got, want)
}

// unnamed packages are in the image for others' sake.
var unnamed = map[string]bool{"manimgx-fonts": true, "matplotlib-inline": true}

func TestTheFoldersAreThere(t *testing.T) {
	var told []string
	for _, cells := range rows(t, "How it is built") {
		told = append(told, names(cells[0])...)
	}
	for _, folder := range told {
		if info, err := os.Stat(filepath.Join(root, folder)); err != nil || !info.IsDir() {
			t.Errorf("%s is in README.md, and no folder", folder)
		}
	}
	packages, err := fs.ReadDir(os.DirFS(root), "internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if !slices.Contains(told, "internal/"+p.Name()) {
			t.Errorf("README.md does not say what internal/%s holds", p.Name())
		}
	}
}

func TestTheMakeTargetsAreThere(t *testing.T) {
	makefile := "\n" + read(t, "Makefile")
	for _, match := range regexp.MustCompile(`(?m)(?:^|\x60)make ([a-z]+(?:-[a-z]+)*)`).FindAllStringSubmatch(readme(t), -1) {
		if !strings.Contains(makefile, "\n"+match[1]+":") {
			t.Errorf("there is no target %s", match[1])
		}
	}
}

func TestTheLinksLeadSomewhere(t *testing.T) {
	text := readme(t)
	for _, match := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		target := match[1]
		if anchor, inside := strings.CutPrefix(target, "#"); inside {
			if !strings.Contains(strings.ToLower(text), "# "+strings.ReplaceAll(anchor, "-", " ")+"\n") {
				t.Errorf("no heading %s", target)
			}
		} else if _, err := os.Stat(filepath.Join(root, target)); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestTheConfigurationsOfClientsAreJSON(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) == 0 {
		t.Fatal("there are none")
	}
	for _, block := range blocks {
		if !json.Valid([]byte(block[1])) {
			t.Errorf("not JSON: %s", block[1])
		}
	}
}

// compare tells what is in one and not in the other, whatever the order.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing to compare with")
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("README.md lacks %q", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("README.md has %q, which is not so", g)
		}
	}
}
