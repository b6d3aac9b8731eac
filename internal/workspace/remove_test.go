package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// canary makes a folder outside with a file in it, and returns a check that
// nobody touched either.
func canary(t *testing.T) (dir string, intact func(t *testing.T)) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "canary")
	file := filepath.Join(dir, "x")
	put(t, file, "untouched")
	must(t, os.Chmod(dir, 0o705))
	must(t, os.Chmod(file, 0o604))
	return dir, func(t *testing.T) {
		t.Helper()
		wantMode(t, dir, os.ModeDir|0o705)
		wantMode(t, file, 0o604)
		wantOwner(t, dir, os.Geteuid())
		wantOwner(t, file, os.Geteuid())
		entries, err := os.ReadDir(dir)
		must(t, err)
		content, err := os.ReadFile(file)
		must(t, err)
		if len(entries) != 1 || string(content) != "untouched" {
			t.Errorf("outside there are %v, with %q", entries, content)
		}
	}
}

func TestRemoveSandboxFollowsNoLink(t *testing.T) {
	root, _, host := openSession(t)
	outside, intact := canary(t)
	must(t, os.Symlink(outside, filepath.Join(host, "dirlink")))
	must(t, os.Symlink(filepath.Join(outside, "x"), filepath.Join(host, "filelink")))
	must(t, os.Symlink("loop", filepath.Join(host, "loop")))
	must(t, os.Link(filepath.Join(outside, "x"), filepath.Join(host, "hard")))
	must(t, root.RemoveSandbox(sandboxID))
	intact(t)
	wantGone(t, host)
}

func wantGone(t *testing.T, host string) {
	t.Helper()
	if _, err := os.Lstat(filepath.Dir(host)); !os.IsNotExist(err) {
		t.Errorf("the sandbox's folder is still there: %v", err)
	}
}

func TestRemoveSandboxIsDoneOnce(t *testing.T) {
	root, _, host := openSession(t)
	must(t, root.RemoveSandbox(sandboxID))
	must(t, root.RemoveSandbox(sandboxID))
	must(t, root.RemoveSandbox("never-made"))
	wantGone(t, host)
}

func TestRemoveSandboxTakesAwayWhatIsNoFile(t *testing.T) {
	root, _, host := openSession(t)
	must(t, syscall.Mkfifo(filepath.Join(host, "fifo"), 0o644))
	put(t, filepath.Join(host, "new\nline", "\xff"), "odd")
	put(t, filepath.Join(host, "locked", "file"), "")
	if os.Geteuid() == 0 {
		must(t, os.Chmod(filepath.Join(host, "locked"), 0))
		must(t, os.Chmod(host, 0o500))
	}
	must(t, root.RemoveSandbox(sandboxID))
	wantGone(t, host)
}

func TestRemoveSandboxManagesManyFiles(t *testing.T) {
	root, _, host := openSession(t)
	for i := range 2400 {
		put(t, filepath.Join(host, fmt.Sprint(i%2), fmt.Sprint(i)), "")
	}
	must(t, root.RemoveSandbox(sandboxID))
	wantGone(t, host)
}

// nest makes a chain of folders deeper than any path or descriptor table, by
// descending into it as code would.
func nest(t *testing.T, host string, depth int) {
	t.Helper()
	fd, err := syscall.Open(host, syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	must(t, err)
	for range depth {
		must(t, syscall.Mkdirat(fd, "d", 0o755))
		next, err := syscall.Openat(fd, "d", syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
		must(t, err)
		must(t, syscall.Close(fd))
		fd = next
	}
	must(t, syscall.Close(fd))
}

// limitDescriptors lets this process open a few files more than now, no more.
func limitDescriptors(t *testing.T, more int) {
	t.Helper()
	var old syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	open, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(len(open) + more), Max: old.Max}))
	t.Cleanup(func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) })
}

func TestRemoveSandboxManagesADeepTreeWithFewDescriptors(t *testing.T) {
	root, _, host := openSession(t)
	nest(t, host, 1000)
	runtime.GC() // closes what other tests let go of
	limitDescriptors(t, 60)
	must(t, root.RemoveSandbox(sandboxID))
	wantGone(t, host)
}
