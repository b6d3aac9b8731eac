package workspace_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/workspace"
)

func TestCleanNameKeepsWhatIsHarmlessAndReplacesTheRest(t *testing.T) {
	long := strings.Repeat("ü", 150)
	for name, want := range map[string]string{
		"sales.csv":                    "sales.csv",
		"Umsätze 2024 (final).xlsx":    "Umsätze 2024 (final).xlsx",
		"销售数据.csv":                     "销售数据.csv",
		"बिक्री.csv":                   "बिक्री.csv",
		"sub/dir/x.csv":                "sub/dir/x.csv",
		`sub\x.csv`:                    "sub/x.csv",
		"../../etc/passwd":             "etc/passwd",
		"/abs/x.csv":                   "abs/x.csv",
		".bashrc":                      "bashrc",
		"...":                          "download",
		"":                             "download",
		" \t ":                         "download",
		"a..b.csv":                     "a.b.csv",
		"a  \t b.csv":                  "a b.csv",
		"a\x00b\x1b[31m\n.csv":         "a_b__31m .csv",
		`q"u'o<t>e|s?.csv`:             "q_u_o_t_e_s_.csv",
		"data[1]{2}*.csv":              "data_1__2__.csv",
		"~root":                        "_root",
		"-rf":                          "_rf",
		"a\u202egpj.exe":               "a_gpj.exe",
		"bad\xffbyte.csv":              "bad_byte.csv",
		"report.":                      "report",
		long + ".parquet":              strings.Repeat("ü", 96) + ".parquet",
		long:                           strings.Repeat("ü", 100),
		strings.Repeat("d/", 20) + "x": strings.Repeat("d/", 15) + "x",
	} {
		if got := workspace.CleanName(name); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", name, got, want)
		}
	}
}

// nastyNames are strings in which every rule of CleanName has work to do.
func nastyNames() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{".", "..", "/", `\`, " ", "-", "_", "\x00", "\xff", "\u0301", "é", "語", ".csv", "a"}),
		rapid.String(),
		rapid.StringN(180, 300, 600),
	)
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
	})
}

func TestCleanNameHoldsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := nastyNames().Draw(t, "name")
		clean := workspace.CleanName(name)
		if again := workspace.CleanName(clean); again != clean {
			t.Fatalf("cleaning %q again gives %q", clean, again)
		}
		if clean == "" || strings.Contains(clean, "..") || strings.HasPrefix(clean, "/") || strings.ContainsAny(clean, "\x00\n\\") {
			t.Fatalf("CleanName(%q) = %q", name, clean)
		}
		for part := range strings.SplitSeq(clean, "/") {
			if part == "" || len(part) > 200 {
				t.Fatalf("CleanName(%q) has the part %q", name, part)
			}
		}
		if _, err := workspace.ResolveName("analysis", clean); err != nil {
			t.Fatalf("%q does not resolve: %v", clean, err)
		}
	})
}

func TestUploadNameResolvesThenCleans(t *testing.T) {
	for name, want := range map[string]string{
		"/app/sandbox_data/analysis/my file?.csv": "my file_.csv",
		"analysis/sub/x.csv":                      "sub/x.csv",
		"analysis/analysis/x.csv":                 "analysis/x.csv",
	} {
		if got, err := workspace.UploadName("analysis", name); err != nil || got != want {
			t.Errorf("UploadName(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
	_, err := workspace.UploadName("analysis", "../x.csv")
	wantCode(t, err, workspace.OutsideSession)
	_, err = workspace.UploadName("analysis", "")
	wantCode(t, err, workspace.InvalidName)
}
