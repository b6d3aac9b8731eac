package workspace_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"power-interpreter/internal/workspace"
)

const (
	sandboxID = "sb1"
	sessionID = "analysis"
)

// sandboxUID is a sandbox's user: one of no name as root, else this process's.
func sandboxUID() int {
	if os.Geteuid() == 0 {
		return 20001
	}
	return os.Geteuid()
}

func needRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skipf("only root can %s", what)
	}
}

func openRoot(t *testing.T) *workspace.Root {
	t.Helper()
	root, err := workspace.Open(filepath.Join(t.TempDir(), "data"))
	must(t, err)
	t.Cleanup(func() { must(t, root.Close()) })
	return root
}

// openSession makes a sandbox with a session and returns the session's folder
// and its path on the host, where a test plants what code would.
func openSession(t *testing.T) (*workspace.Root, *workspace.Folder, string) {
	t.Helper()
	root := openRoot(t)
	host, err := root.NewSandbox(sandboxID)
	must(t, err)
	must(t, root.MakeSession(sandboxID, sessionID, sandboxUID()))
	folder, err := root.Session(sandboxID, sessionID)
	must(t, err)
	t.Cleanup(func() { must(t, folder.Close()) })
	return root, folder, filepath.Join(host, sessionID)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

func write(folder *workspace.Folder, name, content string) (workspace.File, error) {
	w, err := folder.Create(name, sandboxUID())
	if err != nil {
		return workspace.File{}, err
	}
	defer w.Abort()
	if _, err := io.WriteString(w, content); err != nil {
		return workspace.File{}, err
	}
	return w.Commit()
}

func read(folder *workspace.Folder, name string) (string, error) {
	file, _, err := folder.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	return string(data), err
}
