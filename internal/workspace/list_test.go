package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"power-interpreter/internal/workspace"
)

func paths(files []workspace.File) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.Path)
	}
	return names
}

func TestListShowsEveryEntryThatIsNoFolder(t *testing.T) {
	_, folder, host := openSession(t)
	put(t, filepath.Join(host, "b.csv"), "1,2")
	put(t, filepath.Join(host, "a", "deep", "x.png"), "")
	put(t, filepath.Join(host, ".hidden"), "")
	must(t, os.Mkdir(filepath.Join(host, "empty"), 0o755))
	must(t, syscall.Mkfifo(filepath.Join(host, "fifo"), 0o644))
	must(t, os.Symlink("/etc", filepath.Join(host, "link")))

	files, truncated, err := folder.List(100)
	must(t, err)
	if want := []string{".hidden", "a/deep/x.png", "b.csv", "fifo", "link"}; truncated || !slices.Equal(paths(files), want) {
		t.Fatalf("List shows %v, truncated %v; want %v", paths(files), truncated, want)
	}
	if f := files[2]; f.Size != 3 || f.MIME != "text/csv" || f.Mode != 0o644 || f.ModTime.IsZero() {
		t.Errorf("b.csv is %+v", f)
	}
	if f := files[3]; f.Mode.Type() != fs.ModeNamedPipe || f.MIME != "" {
		t.Errorf("fifo is %+v", f)
	}
	if f := files[4]; f.Mode.Type() != fs.ModeSymlink || f.MIME != "" {
		t.Errorf("link is %+v", f)
	}
}

func TestListSaysWhenThereIsMore(t *testing.T) {
	_, folder, host := openSession(t)
	for i := range 10 {
		put(t, filepath.Join(host, fmt.Sprint(i)), "")
	}
	for limit, want := range map[int]struct {
		count     int
		truncated bool
	}{-1: {0, true}, 0: {0, true}, 9: {9, true}, 10: {10, false}, 11: {10, false}} {
		files, truncated, err := folder.List(limit)
		if err != nil || len(files) != want.count || truncated != want.truncated {
			t.Errorf("List(%d) shows %d, truncated %v, %v", limit, len(files), truncated, err)
		}
	}
}

func TestAVeryDeepTreeIsCutAndSaidSo(t *testing.T) {
	root, folder, host := openSession(t)
	nest(t, host, 300)
	put(t, filepath.Join(host, "d", "d", "x"), "")
	files, truncated, err := folder.List(100)
	if err != nil || !truncated || !slices.Equal(paths(files), []string{"d/d/x"}) {
		t.Errorf("List shows %v, truncated %v, %v", paths(files), truncated, err)
	}
	if sum, err := folder.Usage(context.Background()); err != nil || sum.Complete || sum.Files != 1 {
		t.Errorf("Usage is %+v, %v", sum, err)
	}
	must(t, root.RemoveSandbox(sandboxID)) // os.RemoveAll would choke on it
}

func TestUsageCountsWhatTheDiskHolds(t *testing.T) {
	_, folder, host := openSession(t)
	before, err := folder.Usage(context.Background())
	must(t, err)
	const size = 1 << 20
	full := filepath.Join(host, "full")
	must(t, os.WriteFile(full, make([]byte, size), 0o644))
	must(t, os.Link(full, filepath.Join(host, "again")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(host, "link")))
	sparse, err := os.Create(filepath.Join(host, "sparse"))
	must(t, err)
	must(t, sparse.Truncate(1<<40))
	must(t, sparse.Close())

	sum, err := folder.Usage(context.Background())
	must(t, err)
	if got := sum.Bytes - before.Bytes; got < size || got > size+64<<10 || sum.Files != 4 || !sum.Complete {
		t.Errorf("usage is %+v, %d bytes more than before", sum, got)
	}
}

func TestUsageEndsWithItsContext(t *testing.T) {
	_, folder, _ := openSession(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := folder.Usage(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Usage gives %v", err)
	}
}

// In memory, for most file systems on a disk keep no such times.
func TestATimeThatNobodyCanSayIsTheNearestOne(t *testing.T) {
	dir, err := os.MkdirTemp("/dev/shm", "power-interpreter-test")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	root, err := workspace.Open(dir)
	must(t, err)
	t.Cleanup(func() { must(t, root.Close()) })
	host, err := root.NewSandbox(sandboxID)
	must(t, err)
	must(t, root.MakeSession(sandboxID, sessionID, sandboxUID()))
	folder, err := root.Session(sandboxID, sessionID)
	must(t, err)
	t.Cleanup(func() { must(t, folder.Close()) })
	for name, second := range map[string]int64{"early": -1e15, "late": 1e15, "last": 253402300799} {
		file := filepath.Join(host, sessionID, name)
		put(t, file, "x")
		must(t, syscall.UtimesNano(file, []syscall.Timespec{{Sec: second}, {Sec: second}}))
		info, err := os.Stat(file)
		must(t, err)
		if info.ModTime().Unix() != second {
			t.Fatalf("%s: the file system keeps %s", name, info.ModTime())
		}
	}
	files, _, err := folder.List(10)
	must(t, err)
	for _, f := range files {
		if _, err := f.ModTime.In(time.FixedZone("", 14*60*60)).MarshalJSON(); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		if f.ModTime.IsZero() {
			t.Errorf("%s: it passes for unknown", f.Path)
		}
	}
	if len(files) != 3 {
		t.Errorf("%d files", len(files))
	}
}
