package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"power-interpreter/internal/workspace"
)

func TestOpenMakesTheDataFolder(t *testing.T) {
	root := openRoot(t)
	for name, mode := range map[string]os.FileMode{"tmp": 0o700, "claims": 0o700, "sandboxes": 0o711} {
		info, err := os.Stat(filepath.Join(root.Dir(), name))
		must(t, err)
		if !info.IsDir() || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want a folder with %v", name, info.Mode(), mode)
		}
	}
}

func TestASecondServerOnTheSameFolderIsRefused(t *testing.T) {
	root := openRoot(t)
	_, err := workspace.Open(root.Dir())
	if err == nil {
		t.Fatal("a second Open succeeded")
	}
	for _, want := range []string{root.Dir(), "in use", fmt.Sprintf("process %d", os.Getpid()), "SANDBOX_DATA_DIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

func TestTheFolderIsFreeAfterClose(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		root, err := workspace.Open(dir)
		must(t, err)
		must(t, root.Close())
		must(t, root.Close())
	}
}

func TestOpenSaysWhatToDoAboutAFolderItCannotUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "")
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/data"} {
		_, err := workspace.Open(dir)
		if err == nil || !strings.Contains(err.Error(), "SANDBOX_DATA_DIR") {
			t.Errorf("Open(%s) = %v, want an error that names the setting", dir, err)
		}
	}
}

func TestOpenRemovesFilesThatAKilledServerWasWriting(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "tmp", "half")
	put(t, left, "half a fi")
	put(t, filepath.Join(dir, "lock"), "")
	root, err := workspace.Open(dir)
	must(t, err)
	defer root.Close()
	if _, err := os.Lstat(left); !os.IsNotExist(err) {
		t.Errorf("the leftover is still there: %v", err)
	}
}

func TestOpenEmptiesNoFolderOfSomethingElse(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "tmp", "precious")
	must(t, os.Mkdir(filepath.Dir(precious), 0o700))
	must(t, os.WriteFile(precious, []byte("x"), 0o600))
	if _, err := workspace.Open(dir); err == nil || !strings.Contains(err.Error(), "SANDBOX_DATA_DIR") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}
