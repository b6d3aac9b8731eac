//go:build deploy

package deploytest

import (
	"debug/elf"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestAReleaseIsTheSameBytesWhereverItIsBuilt builds it here and in a copy of
// the sources elsewhere.
func TestAReleaseIsTheSameBytesWhereverItIsBuilt(t *testing.T) {
	here, elsewhere, copied := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "deeper", "copy")
	must(t, []string{"DIST=" + here, "VERSION=v9.8.7"}, "deploy/release.sh")
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, nil, "sh", "-c", "git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "+copied)
	must(t, []string{"DIST=" + elsewhere, "VERSION=v9.8.7", "GOFLAGS=-tags=other", "GOAMD64=v3"}, filepath.Join(copied, "deploy/release.sh"))
	sums := read(t, filepath.Join(here, "SHA256SUMS"))
	if other := read(t, filepath.Join(elsewhere, "SHA256SUMS")); other != sums {
		t.Errorf("%s\nis not\n%s", other, sums)
	}
	wants(t, sums, "power-interpreter-linux-amd64", "power-interpreter-linux-arm64")
	must(t, nil, "sh", "-c", "cd "+here+" && sha256sum --check --strict SHA256SUMS")
	if out := must(t, nil, filepath.Join(here, "power-interpreter-linux-"+runtime.GOARCH), "version"); strings.TrimSpace(out) != "v9.8.7" {
		t.Errorf("version says %q", out)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		f, err := elf.Open(filepath.Join(here, "power-interpreter-linux-"+arch))
		if err != nil {
			t.Fatal(err)
		}
		if libraries, _ := f.ImportedLibraries(); len(libraries) > 0 || f.Section(".interp") != nil {
			t.Errorf("%s is not static: it needs %v", arch, libraries)
		}
		f.Close()
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
