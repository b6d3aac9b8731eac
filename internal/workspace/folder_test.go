package workspace_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"power-interpreter/internal/workspace"
)

func TestOpenTellsWhatAFileIs(t *testing.T) {
	_, folder, host := openSession(t)
	put(t, filepath.Join(host, "sub", "x.CSV"), "a,b\n1,2\n")
	when := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	must(t, os.Chtimes(filepath.Join(host, "sub", "x.CSV"), when, when))

	file, about, err := folder.Open("./sub//x.CSV")
	must(t, err)
	defer file.Close()
	want := workspace.File{Path: "sub/x.CSV", Size: 8, ModTime: when.Local(), MIME: "text/csv", Mode: 0o644}
	if about.ETag == "" {
		t.Error("Open tells no tag")
	}
	about.ETag = ""
	if about != want {
		t.Errorf("Open tells %+v, want %+v", about, want)
	}
	if about, err := folder.Stat("sub/x.CSV"); err != nil || about != want {
		t.Errorf("Stat tells %+v, %v, want %+v", about, err, want)
	}
}

func TestOpenLooksAtTheBytesWhereTheNameSaysNothing(t *testing.T) {
	_, folder, host := openSession(t)
	for name, file := range map[string]struct{ content, mime string }{
		"picture":    {"\x89PNG\r\n\x1a\n", "image/png"},
		"notes":      {"just text", "text/plain; charset=utf-8"},
		"empty":      {"", "text/plain; charset=utf-8"},
		"x.weird":    {"\x00\x01\x02", "application/octet-stream"},
		"fake.xlsx":  {"<html>", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		"d.parquet":  {"PAR1", "application/vnd.apache.parquet"},
		"base.jsonl": {"{}", "application/jsonl"},
	} {
		put(t, filepath.Join(host, name), file.content)
		opened, about, err := folder.Open(name)
		must(t, err)
		if about.MIME != file.mime {
			t.Errorf("%s is %s, want %s", name, about.MIME, file.mime)
		}
		if at, _ := opened.Seek(0, 1); at != 0 {
			t.Errorf("%s is open at offset %d", name, at)
		}
		must(t, opened.Close())
	}
}

func TestLinksThatStayInsideAreFollowed(t *testing.T) {
	_, folder, host := openSession(t)
	put(t, filepath.Join(host, "sub", "real"), "here")
	must(t, os.Symlink("sub/real", filepath.Join(host, "link")))
	must(t, os.Symlink("../sub", filepath.Join(host, "sub", "again")))
	for _, name := range []string{"link", "sub/again/real", "sub/again/again/real"} {
		if got, err := read(folder, name); err != nil || got != "here" {
			t.Errorf("%s reads %q, %v", name, got, err)
		}
	}
}

func TestLinksThatLeaveAreRefused(t *testing.T) {
	root, folder, host := openSession(t)
	must(t, root.MakeSession(sandboxID, "neighbour", sandboxUID()))
	put(t, filepath.Join(filepath.Dir(host), "neighbour", "x"), "theirs")
	for link, target := range map[string]string{
		"absolute":  "/etc/passwd",
		"up":        "../neighbour/x",
		"farup":     strings.Repeat("../", 30) + "etc/passwd",
		"self":      "/proc/self/environ",
		"insideabs": filepath.Join(host, "x"),
		"etc":       "/etc",
		"parent":    "..",
	} {
		must(t, os.Symlink(target, filepath.Join(host, link)))
	}
	for _, name := range []string{"absolute", "up", "farup", "self", "insideabs", "etc/passwd", "parent/neighbour/x", "parent/analysis/absolute"} {
		_, err := read(folder, name)
		wantCode(t, err, workspace.OutsideSession)
		_, err = folder.Stat(name)
		wantCode(t, err, workspace.OutsideSession)
	}
}

func TestNamesThatLeaveAreRefused(t *testing.T) {
	_, folder, _ := openSession(t)
	for name, code := range map[string]workspace.Code{
		"":                 workspace.OutsideSession,
		"..":               workspace.OutsideSession,
		"../x":             workspace.OutsideSession,
		"a/../../x":        workspace.OutsideSession,
		"/etc/passwd":      workspace.OutsideSession,
		".":                workspace.InvalidName,
		"a/..":             workspace.InvalidName,
		"a\x00b":           workspace.InvalidName,
		"n" + long(300):    workspace.InvalidName,
		"missing":          workspace.NotFound,
		"missing/and/more": workspace.NotFound,
	} {
		_, err := read(folder, name)
		wantCode(t, err, code)
		_, err = folder.Stat(name)
		wantCode(t, err, code)
		wantCode(t, folder.Remove(name), code)
	}
}

func long(n int) string { return strings.Repeat("n", n) }

func TestWhatIsNoRegularFileIsRefusedAtOnce(t *testing.T) {
	_, folder, host := openSession(t)
	must(t, syscall.Mkfifo(filepath.Join(host, "fifo"), 0o666))
	must(t, os.Symlink("fifo", filepath.Join(host, "fifolink")))
	must(t, os.Mkdir(filepath.Join(host, "dir"), 0o755))
	put(t, filepath.Join(host, "file"), "")
	must(t, os.Symlink("loop", filepath.Join(host, "loop")))
	listen(t, filepath.Join(host, "socket"))
	for _, name := range []string{"fifo", "fifolink", "dir", "file/below", "loop", "socket", "fifo/below"} {
		_, err := read(folder, name)
		wantCode(t, err, workspace.NotAFile)
		_, err = folder.Stat(name)
		wantCode(t, err, workspace.NotAFile)
	}
}

// listen leaves a socket at the path, however long the path is.
func listen(t *testing.T, path string) {
	t.Helper()
	short := filepath.Join(os.TempDir(), "ws-socket-"+filepath.Base(filepath.Dir(t.TempDir()))[:8])
	listener, err := net.Listen("unix", short)
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	must(t, os.Rename(short, path))
}

func TestDevicesAreRefused(t *testing.T) {
	needRoot(t, "make a device")
	_, folder, host := openSession(t)
	const zero = 1<<8 | 5 // /dev/zero
	if err := syscall.Mknod(filepath.Join(host, "zero"), syscall.S_IFCHR|0o666, zero); err != nil {
		t.Skipf("devices cannot be made here: %v", err)
	}
	_, err := read(folder, "zero")
	wantCode(t, err, workspace.NotAFile)
	_, err = folder.Stat("zero")
	wantCode(t, err, workspace.NotAFile)
}

func TestALeaseHeldByCodeDoesNotHoldTheServer(t *testing.T) {
	_, folder, host := openSession(t)
	put(t, filepath.Join(host, "x"), "")
	held, err := os.OpenFile(filepath.Join(host, "x"), os.O_RDWR, 0)
	must(t, err)
	defer held.Close()
	const setLease, writeLease = 1024, 1 // F_SETLEASE, F_WRLCK (fcntl(2))
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, held.Fd(), setLease, writeLease); errno != 0 {
		t.Skipf("this file system gives no leases: %v", errno)
	}
	_, err = read(folder, "x")
	wantCode(t, err, workspace.Busy)
}

func TestRemoveTakesTheLinkNotItsTarget(t *testing.T) {
	_, folder, host := openSession(t)
	outside, intact := canary(t)
	must(t, os.Symlink(filepath.Join(outside, "x"), filepath.Join(host, "link")))
	must(t, os.Symlink(outside, filepath.Join(host, "dir")))
	must(t, folder.Remove("link"))
	wantCode(t, folder.Remove("dir/x"), workspace.OutsideSession)
	must(t, folder.Remove("dir"))
	intact(t)
	put(t, filepath.Join(host, "full", "x"), "")
	wantCode(t, folder.Remove("full"), workspace.NotAFile)
}
