package core_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

func TestAResultNamesTheFilesThatTheRunChanged(t *testing.T) {
	s := opened(t)
	check(t, os.WriteFile(filepath.Join(s.folder, "old"), nil, 0o600))
	check(t, os.WriteFile(filepath.Join(s.folder, "uploaded"), nil, 0o600))
	for i, c := range []struct {
		name, code, want string
	}{
		{"a new file", "write a 12", "a"},
		{"an old file", "write old 1", "old"},
		{"none", "value 1", ""},
		{"a new folder", "mkdir d/e\nwrite d/e/f 1", "d/e/f"},
		{"a folder known by now", "write d/e/g 1", "d/e/g"},
		{"renamed at once", "write tmp 1\nrename tmp final", "final"},
		{"temporary", "write tmp 1\nremove tmp", ""},
		{"renamed", "rename final last", "last<final"},
		{"removed", "remove last", "-last"},
		{"written over", "write old 1", "old"},
		{"a folder renamed", "rename d h", "h/<d/"},
		{"in a folder renamed", "write h/e/f 2", "h/e/f"},
		{"a folder with files moved in", "mkdir x\nwrite x/y 1\nrename x h/x", "h/x/y"},
		{"its own chart", "mkdir charts\nwrite charts/r8-1.png x\nwrite charts/other.png x", ""},
		{"python's cache", "mkdir __pycache__\nwrite __pycache__/m.pyc x", ""},
		{"python's cache removed", "remove __pycache__", ""},
		{"a folder removed", "remove h", "-h/"},
	} {
		past()
		id := "r" + string(rune('a'+i))
		code := strings.ReplaceAll(c.code, "r8", id)
		_, result := s.cell(id, code)
		want := strings.Fields(c.want)
		if strings.Contains(c.code, "other.png") {
			want = []string{"charts/other.png"}
		}
		if got := told(result); !slices.Equal(got, want) || result.MoreFiles+result.MoreDeleted != 0 || result.FilesUnsure {
			t.Errorf("%s: got %v and %d more, want %v", c.name, got, result.MoreFiles, want)
		}
	}
}

func TestFilesBeyondTheMostAreCounted(t *testing.T) {
	s := opened(t)
	_, result := s.cell("a1", "mkdir many\nmany 300")
	if len(result.Files) != wire.MaxFiles || result.MoreFiles != 100 {
		t.Errorf("got %d files and %d more", len(result.Files), result.MoreFiles)
	}
}

func TestADeadRunsFilesAreNamedToo(t *testing.T) {
	s := opened(t)
	if _, result := s.cell("a1", "write a 1\nexit 1"); !slices.Equal(told(result), []string{"a"}) {
		t.Errorf("got %v", result.Files)
	}
}

// told are the files of a result: "name<old" was renamed, "-name" deleted.
func told(r wire.Result) []string {
	var found []string
	for _, f := range r.Files {
		name := f.Path
		if f.From != "" {
			name += "<" + f.From
		}
		found = append(found, name)
	}
	for _, name := range r.Deleted {
		found = append(found, "-"+name)
	}
	return found
}

// past lets the clock that stamps files move on.
func past() { time.Sleep(30 * time.Millisecond) }
