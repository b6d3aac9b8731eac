package workspace_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/workspace"
)

func TestResolveNameAcceptsEveryFormOfAName(t *testing.T) {
	for name, want := range map[string]string{
		"x.csv":                                 "x.csv",
		"./x.csv":                               "x.csv",
		"analysis/x.csv":                        "x.csv",
		"analysis//x.csv":                       "x.csv",
		"/app/sandbox_data/analysis/x.csv":      "x.csv",
		"//app/sandbox_data/./analysis/x.csv":   "x.csv",
		"sub/deep/x.csv":                        "sub/deep/x.csv",
		"sub/../x.csv":                          "x.csv",
		"other/x.csv":                           "other/x.csv",
		"./analysis/x.csv":                      "analysis/x.csv",
		"analysis/analysis/x.csv":               "analysis/x.csv",
		"/app/sandbox_data/analysis/analysis":   "analysis",
		"analysis":                              "analysis",
		"..x":                                   "..x",
		".hidden":                               ".hidden",
		"日本 語.csv":                              "日本 語.csv",
		strings.Repeat("n", 255):                strings.Repeat("n", 255),
		"/app/sandbox_data/other/../analysis/x": "x",
	} {
		got, err := workspace.ResolveName("analysis", name)
		if err != nil || got != want {
			t.Errorf("ResolveName(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestResolveNameRefusesWhatIsNoFileOfTheSession(t *testing.T) {
	for name, want := range map[string]workspace.Code{
		"":                                      workspace.InvalidName,
		".":                                     workspace.InvalidName,
		"./":                                    workspace.InvalidName,
		"analysis/":                             workspace.InvalidName,
		"/app/sandbox_data/analysis":            workspace.InvalidName,
		"/app/sandbox_data/analysis/":           workspace.InvalidName,
		"sub/":                                  workspace.InvalidName,
		"sub/.":                                 workspace.InvalidName,
		"/app/sandbox_data/analysis/sub/":       workspace.InvalidName,
		"sub/..":                                workspace.InvalidName,
		"x\x00.csv":                             workspace.InvalidName,
		strings.Repeat("n", 256):                workspace.InvalidName,
		strings.Repeat("n/", 2100) + "x":        workspace.InvalidName,
		"..":                                    workspace.OutsideSession,
		"../x":                                  workspace.OutsideSession,
		"sub/../../x":                           workspace.OutsideSession,
		"analysis/../x":                         workspace.OutsideSession,
		"analysis/../../x":                      workspace.OutsideSession,
		"/":                                     workspace.OutsideSession,
		"/etc/passwd":                           workspace.OutsideSession,
		"/app/sandbox_data":                     workspace.OutsideSession,
		"/app/sandbox_data/other/x":             workspace.OutsideSession,
		"/app/sandbox_data/analysis2/x":         workspace.OutsideSession,
		"/app/sandbox_data/analysis/../other/x": workspace.OutsideSession,
		"/app/sandbox_data/../sandbox_data/x":   workspace.OutsideSession,
	} {
		got, err := workspace.ResolveName("analysis", name)
		if err == nil {
			t.Errorf("ResolveName(%q) = %q, want an error", name, got)
			continue
		}
		wantCode(t, err, want)
		if !strings.Contains(err.Error(), "/app/sandbox_data/analysis/x") {
			t.Errorf("error %v does not give the right forms", err)
		}
	}
}

func TestResolveNameNeverLeavesTheFolder(t *testing.T) {
	part := rapid.SampledFrom([]string{"", ".", "..", "a", "analysis", "app", "sandbox_data", "...", " "})
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOf(part).Draw(t, "parts"), "/")
		rel, err := workspace.ResolveName("analysis", name)
		if err != nil {
			return
		}
		if rel == "." || strings.HasPrefix(rel, "/") || strings.Contains("/"+rel+"/", "/../") {
			t.Fatalf("ResolveName(%q) = %q", name, rel)
		}
	})
}

func TestErrorsRepeatOnlyTheBeginningOfALongName(t *testing.T) {
	_, err := workspace.ResolveName("analysis", "/"+strings.Repeat("long", 1000))
	if len(err.Error()) > 500 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

func TestValidSessionIDStatesTheRule(t *testing.T) {
	for _, id := range []string{"default", "a", "A.b_c-9", "-", strings.Repeat("s", 64)} {
		if err := workspace.ValidSessionID(id); err != nil {
			t.Errorf("ValidSessionID(%q) = %v", id, err)
		}
	}
	for _, id := range []string{"", ".", "..", ".a", "a/b", "a b", "ä", "a\x00", "a\n", `a\b`, strings.Repeat("s", 65)} {
		err := workspace.ValidSessionID(id)
		if err == nil {
			t.Errorf("ValidSessionID(%q) accepts it", id)
			continue
		}
		wantCode(t, err, workspace.InvalidSessionID)
		if !strings.Contains(err.Error(), "1 to 64 of A-Z a-z 0-9 . _ -") {
			t.Errorf("error %v does not state the rule", err)
		}
	}
}
