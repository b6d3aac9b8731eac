package workspace_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// raceRounds is how often each operation runs against the swapping.
const raceRounds = 1000

// swap exchanges two entries, over and over, until the returned stop.
func swap(t *testing.T, a, b string) (stop func()) {
	t.Helper()
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				// Any of these may fail when the other side removes an entry.
				os.Rename(a, a+".mid")
				os.Rename(b, a)
				os.Rename(a+".mid", b)
			}
		}
	})
	return func() { close(done); group.Wait() }
}

// attacked plants entries in a session's folder and swaps them while do runs.
func attacked(t *testing.T, plant func(t *testing.T, a, b, outside string), do func(t *testing.T, root *workspace.Root, folder *workspace.Folder)) {
	t.Helper()
	root, folder, host := openSession(t)
	outside, intact := canary(t)
	a, b := filepath.Join(host, "a"), filepath.Join(host, "b")
	plant(t, a, b, outside)
	stop := swap(t, a, b)
	do(t, root, folder)
	stop()
	intact(t)
}

func dirAndLink(t *testing.T, a, b, outside string) {
	must(t, os.Mkdir(a, 0o777))
	put(t, filepath.Join(a, "x"), "inside")
	must(t, os.Symlink(outside, b))
}

func TestSwappingAFolderForALinkLeadsNothingOutside(t *testing.T) {
	for name, do := range map[string]func(folder *workspace.Folder) error{
		"write":      func(f *workspace.Folder) error { _, err := write(f, "a/x", "written"); return err },
		"write deep": func(f *workspace.Folder) error { _, err := write(f, "a/new/deep/x", "written"); return err },
		"remove":     func(f *workspace.Folder) error { return f.Remove("a/x") },
		"list":       func(f *workspace.Folder) error { _, _, err := f.List(10); return err },
		"usage":      func(f *workspace.Folder) error { _, err := f.Usage(context.Background()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			attacked(t, dirAndLink, func(t *testing.T, _ *workspace.Root, folder *workspace.Folder) {
				for range raceRounds {
					do(folder) // may fail; must not act outside
				}
			})
		})
	}
}

func TestSwappingAFolderForALinkNeverReadsOutside(t *testing.T) {
	attacked(t, dirAndLink, func(t *testing.T, _ *workspace.Root, folder *workspace.Folder) {
		read := readsOf(folder, "a/x", raceRounds)
		if read["untouched"] > 0 || read["inside"] == 0 {
			t.Errorf("read %v", read)
		}
		for range raceRounds {
			files, _, err := folder.List(10)
			must(t, err)
			if len(files) > 3 {
				t.Fatalf("List went outside: %v", paths(files))
			}
		}
	})
}

func readsOf(folder *workspace.Folder, name string, times int) map[string]int {
	got := map[string]int{}
	for range times {
		if content, err := read(folder, name); err == nil {
			got[content]++
		}
	}
	return got
}

func TestSwappingAFileForAFIFONeverHangs(t *testing.T) {
	plant := func(t *testing.T, a, b, _ string) {
		put(t, a, "inside")
		must(t, syscall.Mkfifo(b, 0o666))
	}
	attacked(t, plant, func(t *testing.T, _ *workspace.Root, folder *workspace.Folder) {
		for content := range readsOf(folder, "a", raceRounds) {
			if content != "inside" {
				t.Errorf("read %q", content)
			}
		}
	})
}

func TestSwappingAFolderForAFIFONeverHangs(t *testing.T) {
	plant := func(t *testing.T, a, b, _ string) {
		put(t, filepath.Join(a, "x"), "inside")
		must(t, syscall.Mkfifo(b, 0o666))
	}
	attacked(t, plant, func(t *testing.T, _ *workspace.Root, folder *workspace.Folder) {
		for range raceRounds {
			read(folder, "a/x")
			write(folder, "a/x", "inside")
			folder.List(10)
		}
	})
}

func TestRemovingASandboxUnderSwappingLeadsNothingOutside(t *testing.T) {
	for range 20 {
		attacked(t, dirAndLink, func(t *testing.T, root *workspace.Root, _ *workspace.Folder) {
			for range 50 {
				root.RemoveSandbox(sandboxID) // the swapping may make it fail
			}
		})
	}
}
