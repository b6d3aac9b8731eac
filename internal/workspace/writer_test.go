package workspace_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"power-interpreter/internal/workspace"
)

func TestAFileAppearsWholeAndIsTheUsers(t *testing.T) {
	strictUmask(t)
	root, folder, host := openSession(t)
	w, err := folder.Create("a/b/x.csv", sandboxUID())
	must(t, err)
	defer w.Abort()
	_, err = io.WriteString(w, "1,2\n")
	must(t, err)
	if entries, _ := os.ReadDir(host); len(entries) != 0 {
		t.Errorf("before Commit the folder holds %v", entries)
	}
	about, err := w.Commit()
	must(t, err)
	if about.Path != "a/b/x.csv" || about.Size != 4 || about.MIME != "text/csv" || about.Mode != 0o644 || w.Size() != 4 {
		t.Errorf("Commit tells %+v, Size is %d", about, w.Size())
	}
	wantMode(t, filepath.Join(host, "a/b/x.csv"), 0o644)
	for _, dir := range []string{"a", "a/b"} {
		wantMode(t, filepath.Join(host, dir), os.ModeDir|0o755)
		wantOwner(t, filepath.Join(host, dir), sandboxUID())
	}
	wantOwner(t, filepath.Join(host, "a/b/x.csv"), sandboxUID())
	wantNothingStaged(t, root)
	must(t, w.Abort())
	if got, err := read(folder, "a/b/x.csv"); err != nil || got != "1,2\n" {
		t.Errorf("after Abort the file reads %q, %v", got, err)
	}
}

func wantNothingStaged(t *testing.T, root *workspace.Root) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root.Dir(), "tmp"))
	if err != nil || len(entries) != 0 {
		t.Errorf("tmp holds %v, %v", entries, err)
	}
}

func TestAnAbortedFileLeavesNothing(t *testing.T) {
	root, folder, host := openSession(t)
	w, err := folder.Create("sub/x", sandboxUID())
	must(t, err)
	_, err = io.WriteString(w, "half")
	must(t, err)
	must(t, w.Abort())
	must(t, w.Abort())
	wantNothingStaged(t, root)
	if entries, _ := os.ReadDir(host); len(entries) != 0 {
		t.Errorf("the folder holds %v", entries)
	}
	if _, err := w.Commit(); err == nil {
		t.Error("Commit after Abort succeeds")
	}
}

func TestWhatHasTheNameIsReplaced(t *testing.T) {
	_, folder, host := openSession(t)
	outside, intact := canary(t)
	put(t, filepath.Join(host, "file"), "a longer text than the new one")
	must(t, syscall.Mkfifo(filepath.Join(host, "fifo"), 0o644))
	must(t, os.Symlink(filepath.Join(outside, "x"), filepath.Join(host, "link")))
	must(t, os.Symlink(outside, filepath.Join(host, "dirlink")))
	must(t, os.Link(filepath.Join(outside, "x"), filepath.Join(host, "hard")))
	for _, name := range []string{"file", "fifo", "link", "dirlink", "hard"} {
		_, err := write(folder, name, "new")
		must(t, err)
		wantMode(t, filepath.Join(host, name), 0o644)
		if got, err := read(folder, name); err != nil || got != "new" {
			t.Errorf("%s reads %q, %v", name, got, err)
		}
	}
	intact(t)
}

func TestALargeFileReplacesALargeFileWhole(t *testing.T) {
	const size = 70 << 20 // several parts that the disk is started on
	content := make([]byte, size)
	_, err := rand.NewChaCha8([32]byte{1}).Read(content)
	must(t, err)
	root, folder, host := openSession(t)
	for range 2 {
		w, err := folder.Create("big", sandboxUID())
		must(t, err)
		writeAll(t, w, content)
		must(t, w.Rewind(size/2+1))
		writeAll(t, w, content[size/2+1:])
		_, err = w.Commit()
		must(t, err)
	}
	got, err := os.ReadFile(filepath.Join(host, "big"))
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file has %d bytes, which are not what was written; %v", len(got), err)
	}
	wantNothingStaged(t, root)
}

// writeAll writes content in pieces that are no power of two.
func writeAll(t *testing.T, w io.Writer, content []byte) {
	t.Helper()
	for piece := range slices.Chunk(content, 100_000) {
		_, err := w.Write(piece)
		must(t, err)
	}
}

func TestReplacedFilesAreLetGo(t *testing.T) {
	root, err := workspace.Open(filepath.Join(t.TempDir(), "data"))
	must(t, err)
	_, err = root.NewSandbox(sandboxID)
	must(t, err)
	must(t, root.MakeSession(sandboxID, sessionID, sandboxUID()))
	folder, err := root.Session(sandboxID, sessionID)
	must(t, err)
	for range 100 {
		_, err := write(folder, "x", "new")
		must(t, err)
	}
	must(t, folder.Close())
	must(t, root.Close())
	descriptors, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	for _, d := range descriptors {
		if to, _ := os.Readlink("/proc/self/fd/" + d.Name()); strings.HasSuffix(to, "/x (deleted)") {
			t.Errorf("a replaced file is still held")
		}
	}
}

func TestAFileNeverGoesThroughALinkOrOverAFolder(t *testing.T) {
	root, folder, host := openSession(t)
	outside, intact := canary(t)
	must(t, os.Symlink(outside, filepath.Join(host, "out")))
	must(t, os.Symlink("dir", filepath.Join(host, "in")))
	must(t, os.Mkdir(filepath.Join(host, "dir"), 0o755))
	must(t, syscall.Mkfifo(filepath.Join(host, "fifo"), 0o644))
	put(t, filepath.Join(host, "file"), "")
	for _, name := range []string{"out/x", "out/new/x", "in/x", "dir", "file/x", "fifo/x"} {
		_, err := folder.Create(name, sandboxUID())
		wantCode(t, err, workspace.NotAFile)
	}
	for _, name := range []string{"../x", "/etc/x", ""} {
		_, err := folder.Create(name, sandboxUID())
		wantCode(t, err, workspace.OutsideSession)
	}
	if _, err := folder.Create("x", 0); err == nil {
		t.Error("a file of root's is accepted")
	}
	wantNothingStaged(t, root)
	intact(t)
}

func TestCommitSeesWhatWasPlantedAfterCreate(t *testing.T) {
	root, folder, host := openSession(t)
	outside, intact := canary(t)
	for name, plant := range map[string]func() error{
		"sub/x": func() error { return os.Symlink(outside, filepath.Join(host, "sub")) },
		"dir":   func() error { return os.Mkdir(filepath.Join(host, "dir"), 0o755) },
	} {
		w, err := folder.Create(name, sandboxUID())
		must(t, err)
		must(t, plant())
		_, err = w.Commit()
		wantCode(t, err, workspace.NotAFile)
	}
	wantNothingStaged(t, root)
	intact(t)
}

func TestAFullDiskIsSaidSo(t *testing.T) {
	needRoot(t, "mount a small file system")
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	root, err := workspace.Open(dir)
	must(t, err)
	defer root.Close()
	_, err = root.NewSandbox(sandboxID)
	must(t, err)
	must(t, root.MakeSession(sandboxID, sessionID, sandboxUID()))
	folder, err := root.Session(sandboxID, sessionID)
	must(t, err)
	defer folder.Close()
	_, err = write(folder, "big", string(make([]byte, 2<<20)))
	wantCode(t, err, workspace.DiskFull)
	wantNothingStaged(t, root)
}
