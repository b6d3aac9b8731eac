package workspace_test

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"power-interpreter/internal/workspace"
)

func ownerOf(t *testing.T, path string) (uid, gid int) {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid)
}

func wantOwner(t *testing.T, path string, want int) {
	t.Helper()
	if uid, gid := ownerOf(t, path); uid != want || gid != want {
		t.Errorf("%s belongs to %d:%d, want %d", filepath.Base(path), uid, gid, want)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	if info.Mode() != want {
		t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode(), want)
	}
}

// strictUmask makes sure that modes do not depend on how the server was started.
func strictUmask(t *testing.T) {
	old := syscall.Umask(0o077)
	t.Cleanup(func() { syscall.Umask(old) })
}

func TestTheSandboxFolderIsTheServersAndTheSessionsIsTheUsers(t *testing.T) {
	strictUmask(t)
	_, _, host := openSession(t)
	wantMode(t, filepath.Dir(host), os.ModeDir|0o711)
	wantMode(t, host, os.ModeDir|0o700)
	if uid, _ := ownerOf(t, filepath.Dir(host)); uid != os.Geteuid() {
		t.Errorf("the sandbox's folder belongs to %d", uid)
	}
	wantOwner(t, host, sandboxUID())
}

func TestMakeSessionTwiceKeepsTheFiles(t *testing.T) {
	root, folder, _ := openSession(t)
	_, err := write(folder, "x", "kept")
	must(t, err)
	must(t, root.MakeSession(sandboxID, sessionID, sandboxUID()))
	if got, err := read(folder, "x"); err != nil || got != "kept" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestMakeSessionRefusesAnothersFolder(t *testing.T) {
	needRoot(t, "give files away")
	root, _, _ := openSession(t)
	wantCode(t, root.MakeSession(sandboxID, sessionID, sandboxUID()+1), workspace.Conflict)
}

func TestMakeSessionRefusesALinkInTheFoldersPlace(t *testing.T) {
	root := openRoot(t)
	host, err := root.NewSandbox(sandboxID)
	must(t, err)
	outside := t.TempDir()
	must(t, os.Symlink(outside, filepath.Join(host, sessionID)))
	if root.MakeSession(sandboxID, sessionID, sandboxUID()) == nil {
		t.Error("accepted")
	}
	if _, err := root.Session(sandboxID, sessionID); err == nil {
		t.Error("opened")
	}
	if uid, _ := ownerOf(t, outside); uid != os.Geteuid() {
		t.Errorf("the folder outside was given to %d", uid)
	}
}

func TestSessionsThatAreNotThereAreNotFound(t *testing.T) {
	root, _, host := openSession(t)
	put(t, filepath.Join(filepath.Dir(host), "file"), "")
	for _, at := range [][2]string{{"nobody", sessionID}, {sandboxID, "other"}, {sandboxID, "file"}} {
		_, err := root.Session(at[0], at[1])
		wantCode(t, err, workspace.NotFound)
	}
	_, err := root.SandboxPath("nobody")
	wantCode(t, err, workspace.NotFound)
}

func TestIdsThatWouldLeaveTheDataFolderAreRefused(t *testing.T) {
	root := openRoot(t)
	for _, id := range []string{"", ".", "..", "../x", "a/b", "/a", "a\x00", "-a", ".a"} {
		if _, err := root.NewSandbox(id); err == nil {
			t.Errorf("NewSandbox(%q) accepts it", id)
		}
		if _, err := root.SandboxPath(id); err == nil {
			t.Errorf("SandboxPath(%q) accepts it", id)
		}
		if _, err := root.Session(id, sessionID); err == nil {
			t.Errorf("Session(%q) accepts it", id)
		}
		if root.MakeSession(id, sessionID, sandboxUID()) == nil || root.RemoveSandbox(id) == nil || root.RemoveClaim(id) == nil {
			t.Errorf("%q is accepted", id)
		}
	}
	_, err := root.Session(sandboxID, "..")
	wantCode(t, err, workspace.InvalidSessionID)
	if root.MakeSession(sandboxID, sessionID, 0) == nil {
		t.Error("a session of root's is accepted")
	}
}

func TestSandboxesAreTheIdsOnDisk(t *testing.T) {
	root := openRoot(t)
	for _, id := range []string{"b", "a", "c"} {
		_, err := root.NewSandbox(id)
		must(t, err)
	}
	_, err := root.NewSandbox("b")
	wantCode(t, err, workspace.Conflict)
	put(t, filepath.Join(root.Dir(), "sandboxes", "stray"), "a file")
	must(t, os.Mkdir(filepath.Join(root.Dir(), "sandboxes", "lost+found"), 0o700))
	must(t, root.RemoveSandbox("c"))
	ids, err := root.Sandboxes()
	must(t, err)
	if !slices.Equal(ids, []string{"a", "b"}) {
		t.Errorf("sandboxes are %v", ids)
	}
}
