package disk_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"power-interpreter/runner-image/supervisor/internal/disk"
)

const (
	mib  = 1 << 20
	most = 1 << 40
)

// nobody is no process: there are others' on this machine.
func nobody(int) bool { return false }

func open(t *testing.T) (string, *os.Root) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return dir, root
}

func write(t *testing.T, name string, bytes int) *os.File {
	t.Helper()
	f, err := os.Create(name)
	if err == nil {
		_, err = f.Write(make([]byte, bytes))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func within(t *testing.T, what string, got, want int64) {
	t.Helper()
	if got < want || got > want+64<<10 {
		t.Errorf("%s: %d bytes are counted, want about %d", what, got, want)
	}
}

func TestWhatLiesInTheFolderCounts(t *testing.T) {
	dir, root := open(t)
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(deep, "x"), mib)
	within(t, "a nested file", disk.Used(root, most, nobody), mib)
	if err := os.Link(filepath.Join(deep, "x"), filepath.Join(dir, "again")); err != nil {
		t.Fatal(err)
	}
	within(t, "two names of one file", disk.Used(root, most, nobody), mib)
	f := write(t, filepath.Join(dir, "holes"), 0)
	if err := f.Truncate(100 * mib); err != nil {
		t.Fatal(err)
	}
	within(t, "a file of nothing but a hole", disk.Used(root, most, nobody), mib)
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, 2*mib); err != nil {
		t.Skip("fallocate:", err)
	}
	within(t, "space reserved and not written", disk.Used(root, most, nobody), 3*mib)
}

func TestManyEmptyFilesCount(t *testing.T) {
	dir, root := open(t)
	const many = 2000
	for i := range many {
		write(t, filepath.Join(dir, fmt.Sprint(i)), 0).Close()
	}
	within(t, "empty files", disk.Used(root, most, nobody), many*4<<10)
	if got := disk.Used(root, mib, nobody); got <= mib || got > 2*mib+4*mib {
		t.Errorf("%d bytes are counted of more than a limit of %d: it is to stop soon beyond it", got, mib)
	}
}

func TestADeletedFileCountsWhileItIsOpenOrMapped(t *testing.T) {
	dir, root := open(t)
	name := filepath.Join(dir, "gone")
	holder := startHolder(t, name, 8*mib)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	within(t, "a deleted file, open elsewhere", disk.Used(root, most, holder.is), 8*mib)
	holder.say(t, "map")
	within(t, "a deleted file, only mapped", disk.Used(root, most, holder.is), 8*mib)
	holder.say(t, "unmap")
	within(t, "a deleted file that holder.is has", disk.Used(root, most, holder.is), 0)
}

func TestAFolderThatCannotBeReadIsCounted(t *testing.T) {
	dir, root := open(t)
	hidden := filepath.Join(dir, "hidden")
	if err := os.Mkdir(hidden, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(hidden, "x"), mib)
	if err := errors.Join(os.Chown(dir, somebody, -1), os.Chown(hidden, somebody, -1), os.Chmod(hidden, 0)); err != nil {
		t.Skip("needs root, to be somebody else:", err)
	}
	t.Cleanup(func() { _ = os.Chmod(hidden, 0o755) })
	got := make(chan int64)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its goroutine
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, somebody, 0, 0)
		got <- disk.Used(root, most, nobody)
	}()
	within(t, "an unreadable folder", <-got, mib)
}

// somebody is not root, who can read everything.
const somebody = 65534

func TestNestingWithoutEndCountsAsTooMuch(t *testing.T) {
	dir, root := open(t)
	name := dir
	for range 200 {
		name = filepath.Join(name, "d")
	}
	if err := os.MkdirAll(name, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := disk.Used(root, most, nobody); got <= most {
		t.Errorf("%d bytes are counted in folders too deep to be followed", got)
	}
}

func TestTheFileSystemsGrowthIsSeen(t *testing.T) {
	dir, _ := open(t)
	var grown int64
	for range 20 { // others may free as much meanwhile
		before, ok := disk.Held(dir)
		if !ok {
			t.Fatal("the file system cannot be asked")
		}
		f := write(t, filepath.Join(dir, "x"), 32*mib)
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		after, _ := disk.Held(dir)
		if grown = after.Since(before); grown >= 16*mib {
			return
		}
		if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("it has grown by %d bytes after 32 MiB were written", grown)
}
