package output_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
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
		for _, piece := range rapid.SliceOf(rapid.OneOf(drawing, rapid.StringN(0, 30, -1))).Draw(t, "pieces") {
			all.WriteString(piece)
			_, _ = f.w.WriteString(piece)
		}
		want, sum, sent := shown(all.String()), f.finish(), f.text("x")
		n := utf8.RuneCountInString(want)
		if sent != first(want, head) {
			t.Fatalf("head %q of %q, want %d characters", sent, want, head)
		}
		if sum.Tail != last(want[len(sent):], tail) {
			t.Fatalf("tail %q of %q, want %d characters", sum.Tail, want, tail)
		}
		if sum.Chars != int64(n) || sum.CutChars != int64(max(n-head-tail, 0)) {
			t.Fatalf("%d characters, %d cut", sum.Chars, sum.CutChars)
		}
		if sum.CutChars == 0 {
			if sum.File != "" {
				t.Fatalf("a file of what was told whole")
			}
			return
		}
		if whole, err := os.ReadFile(filepath.Join(folder, sum.File)); err != nil || string(whole) != want || sum.Partial {
			t.Fatalf("file %q holds %q, %v; want %q", sum.File, whole, err, want)
		}
	})
}

func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

func last(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

func TestUncutTextMakesNoFile(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	f.begin("x", 4, 4)
	_, _ = f.w.WriteString("éß3日😀678")
	if sum := f.finish(); sum.Chars != 8 || sum.CutChars != 0 || sum.Tail != "😀678" || sum.File != "" || f.text("x") != "éß3日" {
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
	if sum := f.finish(); sum.File != "" || !sum.Partial || sum.CutChars != 6 {
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
	if sum := f.finish(); sum.File != "" || !sum.Partial || sum.Chars != 8 {
		t.Errorf("got %+v", sum)
	}
}

func TestWhatIsWrittenBetweenRunsIsLate(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	_, _ = f.w.WriteString("before \r1%\r2%")
	f.begin("x", 100, 100)
	_, _ = f.w.WriteString("within")
	f.finish()
	_, _ = f.w.WriteString("after")
	f.begin("y", 100, 100)
	want := []wire.Output{{Text: "2%", Late: true}, {Text: "within"}, {Text: "after", Late: true}}
	if !slices.Equal(f.frames, want) || !slices.Equal(f.ids, []string{"", "x", ""}) {
		t.Errorf("got %+v of %q", f.frames, f.ids)
	}
}

func TestLateTextIsBoundedAndWhatIsDroppedCounted(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	_, _ = f.w.WriteString("first" + strings.Repeat("é", 100_000) + "last")
	f.finish()
	out := f.frames[0]
	if !out.Late || !strings.HasPrefix(out.Text, "firsté") || !strings.HasSuffix(out.Live, "élast") || out.Skipped != 100_009-4<<10 {
		t.Errorf("got %+v", out)
	}
	if n := utf8.RuneCountInString(out.Text + out.Live); n != 4<<10 {
		t.Errorf("%d characters are kept", n)
	}
}

func TestBlankTextBetweenRunsIsNotWorthAWord(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	_, _ = f.w.WriteString(" \n\n")
	f.begin("x", 1, 1)
	if len(f.frames) != 0 {
		t.Errorf("got %+v", f.frames)
	}
}

// await waits for a frame of which is true.
func (f *fixture) await(t *testing.T, is func(wire.Output) bool) wire.Output {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		f.mu.Lock()
		i := slices.IndexFunc(f.frames, is)
		if i >= 0 {
			defer f.mu.Unlock()
			return f.frames[i]
		}
		f.mu.Unlock()
	}
	t.Fatalf("it never came; frames: %+v", f.frames)
	panic("unreachable")
}

func TestALineIsShownBeforeItIsFinished(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	f.begin("x", 100, 100)
	_, _ = f.w.WriteString("begun\nhalf")
	f.await(t, func(out wire.Output) bool { return out.Live == "half" })
	_, _ = f.w.WriteString(" a\rwhole")
	f.await(t, func(out wire.Output) bool { return out.Live == "whole" })
	f.finish()
	if got := f.text("x"); got != "begun\nwhole" {
		t.Errorf("got %q", got)
	}
	if last := f.frames[len(f.frames)-1]; last.Text != "whole" || last.Live != "" {
		t.Errorf("at last %+v", last)
	}
}

func TestBehindTheHeadTheNewestTextIsShownAndTheGapCounted(t *testing.T) {
	f := start(t, t.TempDir())
	defer f.close()
	f.begin("x", 3, 5000)
	_, _ = f.w.WriteString("1234\n5")
	f.await(t, func(out wire.Output) bool { return out.Live == "4\n5" && out.Skipped == 0 })
	_, _ = f.w.WriteString("\n" + strings.Repeat("é", 20_000) + "\nend")
	out := f.await(t, func(out wire.Output) bool { return strings.HasSuffix(out.Live, "é\nend") })
	if n := int64(utf8.RuneCountInString(out.Live)); n+out.Skipped != 20_008 || len(out.Live) > wire.MaxLive || n < 2000 {
		t.Errorf("%d characters and %d skipped", n, out.Skipped)
	}
	f.finish()
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
	if sum := f.finish(); sum.Chars != 10 || f.text("x") != "yyyyyyyyyy" {
		t.Errorf("got %+v, %q", sum, f.text("x"))
	}
	if sum := f.finish(); sum.Chars != 0 {
		t.Errorf("without a run: %+v", sum)
	}
}
