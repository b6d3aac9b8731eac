package output_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/output"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a stream and the writing end of its pipe.
type fixture struct {
	stream *output.Stream
	w      *os.File
	folder string
	root   *os.Root

	mu     sync.Mutex
	frames []wire.Output
	ids    []string
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func start(t fataler, folder string) *fixture {
	t.Helper()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	var pair [2]int
	if err := syscall.Pipe(pair[:]); err != nil {
		t.Fatal(err)
	}
	f := &fixture{w: os.NewFile(uintptr(pair[1]), "writing end"), folder: folder, root: root}
	if f.stream, err = output.New(pair[0], f.emit); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) emit(id string, out wire.Output) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids, f.frames = append(f.ids, id), append(f.frames, out)
}

func (f *fixture) close() {
	f.stream.Close()
	_ = f.w.Close()
	_ = f.root.Close()
}

func (f *fixture) begin(id string, head, tail int) {
	begun := make(chan struct{})
	f.stream.Begin(output.Run{ID: id, Head: head, Tail: tail, Root: f.root}, func() { close(begun) })
	<-begun
}

func (f *fixture) finish() output.Sum {
	sums := make(chan output.Sum)
	f.stream.Finish(func(s output.Sum) { sums <- s })
	return <-sums
}

// text is all that was sent for id.
func (f *fixture) text(id string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for i, out := range f.frames {
		if f.ids[i] == id {
			b.WriteString(out.Text)
		}
	}
	return b.String()
}

func TestHeadAndTailAndFileAddUpToWhatWasWritten(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		f := start(t, folder)
		defer f.close()
		defer os.RemoveAll(filepath.Join(folder, "outputs"))
		head, tail := rapid.IntRange(0, 40).Draw(t, "head"), rapid.IntRange(0, 40).Draw(t, "tail")
		f.begin("x", head, tail)
		var all strings.Builder
		for _, piece := range rapid.SliceOf(rapid.StringN(0, 30, -1)).Draw(t, "pieces") {
			all.WriteString(piece)
			_, _ = f.w.WriteString(piece)
		}
		want, sum, sent := all.String(), f.finish(), f.text("x")
		if len(sent) > head || len(sum.Tail) > tail || !utf8.ValidString(sent) || !utf8.ValidString(sum.Tail) {
			t.Fatalf("head %q, tail %q", sent, sum.Tail)
		}
		if !strings.HasPrefix(want, sent) || !strings.HasSuffix(want[len(sent):], sum.Tail) {
			t.Fatalf("head %q, tail %q of %q", sent, sum.Tail, want)
		}
		if sum.Bytes != int64(len(want)) || sum.Cut != int64(len(want)-len(sent)-len(sum.Tail)) {
			t.Fatalf("%d bytes, %d cut", sum.Bytes, sum.Cut)
		}
		if sum.Cut == 0 {
			return
		}
		if whole, err := os.ReadFile(filepath.Join(folder, sum.File)); err != nil || string(whole) != want || sum.Partial {
			t.Fatalf("file %q holds %q, %v; want %q", sum.File, whole, err, want)
		}
	})
}

func TestUncutTextMakesNoFile(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	f.begin("x", 4, 4)
	_, _ = f.w.WriteString("12345678")
	if sum := f.finish(); sum.Cut != 0 || sum.Tail != "5678" || sum.File != "" || f.text("x") != "1234" {
		t.Errorf("got %+v after %q", sum, f.text("x"))
	}
	if found, _ := os.ReadDir(f.folder); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestAFileThatExistsIsNotOverwritten(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	if err := os.MkdirAll(filepath.Join(f.folder, "outputs"), 0o700); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(f.folder, "outputs", "x.txt")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.begin("x", 1, 1)
	_, _ = f.w.WriteString("12345678")
	if sum := f.finish(); sum.File != "" || !sum.Partial || sum.Cut != 6 {
		t.Errorf("got %+v", sum)
	}
	if text, _ := os.ReadFile(precious); string(text) != "precious" {
		t.Errorf("got %q", text)
	}
}

func TestWithoutAFolderTheWholeIsPartial(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	begun := make(chan struct{})
	f.stream.Begin(output.Run{ID: "x", Head: 1, Tail: 1}, func() { close(begun) })
	<-begun
	_, _ = f.w.WriteString("12345678")
	if sum := f.finish(); sum.File != "" || !sum.Partial || sum.Bytes != 8 {
		t.Errorf("got %+v", sum)
	}
}

func TestWhatIsWrittenBeforeABeginningIsLate(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	_, _ = f.w.WriteString("before")
	f.begin("x", 100, 100)
	_, _ = f.w.WriteString("within")
	f.finish()
	_, _ = f.w.WriteString("after")
	f.finish()
	if f.text("x") != "within" || f.text("") != "beforeafter" {
		t.Errorf("got %q within, %q late", f.text("x"), f.text(""))
	}
}

func TestManySmallWritesMakeFewFrames(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	const writes = 20000
	f.begin("x", 1<<20, 0)
	for range writes {
		_, _ = f.w.WriteString("x")
	}
	f.finish()
	if len(f.text("x")) != writes || len(f.frames) > writes/20 {
		t.Errorf("%d bytes in %d frames", len(f.text("x")), len(f.frames))
	}
}

func TestTheEndOfTheInputFlushesAndAnswers(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	f.begin("x", 100, 100)
	_, _ = f.w.Write(bytes.Repeat([]byte("y"), 10))
	_ = f.w.Close()
	if sum := f.finish(); sum.Bytes != 10 || f.text("x") != "yyyyyyyyyy" {
		t.Errorf("got %+v, %q", sum, f.text("x"))
	}
	if sum := f.finish(); sum.Bytes != 0 {
		t.Errorf("without a run: %+v", sum)
	}
}
