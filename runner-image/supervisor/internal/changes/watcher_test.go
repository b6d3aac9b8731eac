package changes_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/changes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is a folder that is followed.
type place struct {
	t      testing.TB
	folder string
	w      *changes.Watcher
}

// follow prepares a folder and then follows it, until all of it is watched.
func follow(t testing.TB, prepare func(p *place)) *place {
	t.Helper()
	// Should the search for folders take longer, answers come from a walk.
	return begin(t, prepare)
}

// begin does not wait for the search for folders.
func begin(t testing.TB, prepare func(p *place)) *place {
	t.Helper()
	p := &place{t: t, folder: t.TempDir()}
	if prepare != nil {
		prepare(p)
	}
	root, err := os.OpenRoot(p.folder)
	p.check(err)
	p.w, err = changes.New()
	p.check(err)
	t.Cleanup(func() { p.w.Close(); root.Close() })
	p.w.Follow(root)
	p.later()
	return p
}

func (p *place) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// later begins anew when the clock that stamps files has moved on.
func (p *place) later() {
	time.Sleep(30 * time.Millisecond)
	p.now()
}

// now begins anew.
func (p *place) now() {
	begun := make(chan struct{})
	p.w.Begin(func() { close(begun) })
	<-begun
}

func (p *place) write(name string) {
	p.t.Helper()
	p.check(os.MkdirAll(filepath.Dir(p.path(name)), 0o700))
	p.check(os.WriteFile(p.path(name), []byte("x"), 0o600))
}

func (p *place) path(name string) string { return filepath.Join(p.folder, name) }

func (p *place) report() changes.Report {
	p.t.Helper()
	got := make(chan changes.Report)
	skip := func(name string) bool { return strings.HasSuffix(name, ".skip") }
	p.w.Collect(skip, func(r changes.Report) { got <- r })
	return <-got
}

// expect compares what has happened: "name" was written, "name<old" renamed
// from old, "-name" deleted.
func (p *place) expect(want ...string) {
	p.t.Helper()
	r := p.report()
	if got := lines(r); !slices.Equal(got, want) || r.More != 0 || r.MoreDeleted != 0 || r.Unsure {
		p.t.Errorf("got %q, %d and %d more, unsure %v; want %q", got, r.More, r.MoreDeleted, r.Unsure, want)
	}
}

func lines(r changes.Report) (got []string) {
	for _, f := range r.Files {
		line := f.Path
		if f.From != "" {
			line += "<" + f.From
		}
		got = append(got, line)
	}
	for _, name := range r.Deleted {
		got = append(got, "-"+name)
	}
	slices.Sort(got)
	return got
}

func (p *place) remove(name string) {
	p.t.Helper()
	p.check(os.RemoveAll(p.path(name)))
}

func (p *place) rename(from, to string) {
	p.t.Helper()
	p.check(os.Rename(p.path(from), p.path(to)))
}

func TestWrittenFilesAreReportedOnce(t *testing.T) {
	p := follow(t, nil)
	p.expect()
	p.write("b")
	p.write("a.skip")
	p.write("a")
	p.expect("a", "b")
	p.later()
	p.expect()
}

func TestFoldersThatWereThereAreWatchedToo(t *testing.T) {
	p := follow(t, func(p *place) { p.write("d/e/old"); p.write("d/older") })
	p.write("d/e/old")
	p.write("d/e/f/new")
	p.expect("d/e/f/new", "d/e/old")
}

func TestAWriteDuringTheSearchForFoldersIsReported(t *testing.T) {
	var names []string
	p := begin(t, func(p *place) {
		for i := range 500 {
			p.write(fmt.Sprintf("d%d/e/old", i))
		}
	})
	for i := range 100 {
		names = append(names, fmt.Sprintf("d%d/e/old", i))
		p.write(names[i])
	}
	time.Sleep(300 * time.Millisecond) // the search ends, most likely
	slices.Sort(names)
	p.expect(names...)
}

func TestFilesInFoldersJustMadeAreReported(t *testing.T) {
	p := follow(t, nil)
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("n%d/a/b/new", i))
		p.write(names[i])
	}
	slices.Sort(names)
	p.expect(names...)
}

func TestOnlyRegularFilesAreReported(t *testing.T) {
	p := follow(t, nil)
	p.write("file")
	p.check(os.Symlink("/etc/passwd", p.path("link")))
	p.check(os.Symlink("/etc", p.path("folderlink")))
	p.check(os.Mkdir(p.path("folder"), 0o700))
	p.expect("file")
}

func TestAFileHeldOpenIsReported(t *testing.T) {
	p := follow(t, func(p *place) { p.write("log") })
	f, err := os.OpenFile(p.path("log"), os.O_APPEND|os.O_WRONLY, 0)
	p.check(err)
	defer f.Close()
	_, err = f.WriteString("more")
	p.check(err)
	p.expect("log")
}

func TestReadingAndTouchingTimesIsNoChange(t *testing.T) {
	p := follow(t, func(p *place) { p.write("data") })
	_, err := os.ReadFile(p.path("data"))
	p.check(err)
	f, err := os.OpenFile(p.path("data"), os.O_RDWR, 0) // as a database does
	p.check(err)
	p.check(f.Close())
	p.expect()
}

func TestAChangeBeforeTheGivenTimeIsNotReported(t *testing.T) {
	p := follow(t, nil)
	p.write("uploaded")
	p.later()
	p.write("made")
	p.expect("made")
}

func TestMoreFilesThanEventsAreRemembered(t *testing.T) {
	p := follow(t, nil)
	const files = 10_500 // more than are remembered
	p.check(os.Mkdir(p.path("d"), 0o700))
	for i := range files {
		p.check(os.WriteFile(p.path(fmt.Sprintf("d/%d", i)), nil, 0o600))
	}
	r := p.report()
	if len(r.Files) != wire.MaxFiles || r.More != files-wire.MaxFiles || !r.Unsure {
		t.Errorf("got %d and %d more, unsure %v", len(r.Files), r.More, r.Unsure)
	}
	p.later()
	p.write("d/after")
	p.write("e/after")
	p.expect("d/after", "e/after")
}

func TestMoreFoldersThanCanBeWatchedAreWalked(t *testing.T) {
	p := follow(t, func(p *place) {
		for i := range 2100 {
			p.check(os.Mkdir(p.path(fmt.Sprint("d", i)), 0o700))
		}
	})
	p.write("d2050/deep")
	p.expect("d2050/deep")
	p.later()
	p.write("d7/deep")
	p.expect("d7/deep")
}

func TestAFolderDeeperThanIsFollowedDoesNoHarm(t *testing.T) {
	p := follow(t, nil)
	p.write(strings.Repeat("d/", 40) + "deep")
	p.write("shallow")
	p.expect("shallow")
}

func TestWithoutAFolderThereAreNoFiles(t *testing.T) {
	w, err := changes.New()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	done := make(chan int)
	w.Collect(func(string) bool { return false }, func(r changes.Report) { done <- len(r.Files) + r.More + len(r.Deleted) })
	if n := <-done; n != 0 {
		t.Errorf("got %d", n)
	}
}

// BenchmarkAFolderOf100000Files is what one execution's report costs.
func BenchmarkAFolderOf100000Files(b *testing.B) {
	p := follow(b, func(p *place) {
		for i := range 100_000 {
			p.check(os.MkdirAll(p.path(fmt.Sprint("d", i%10)), 0o700))
			p.check(os.WriteFile(p.path(fmt.Sprintf("d%d/%d", i%10, i)), nil, 0o600))
		}
	})
	b.Run("watched", func(b *testing.B) {
		for b.Loop() {
			p.write("d3/new")
			if r := p.report(); len(r.Files) != 1 {
				b.Fatalf("%+v", r)
			}
			p.now()
		}
	})
	b.Run("walked", func(b *testing.B) {
		for i := range 2100 { // more than are watched
			p.check(os.Mkdir(p.path(fmt.Sprint("e", i)), 0o700))
		}
		for b.Loop() {
			p.now()
			p.write("d3/new")
			if r := p.report(); len(r.Files) != 1 {
				b.Fatalf("%+v", r)
			}
		}
	})
}
