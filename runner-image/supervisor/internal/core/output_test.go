package core_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

func TestAFloodTakesBoundedMemoryAndDisk(t *testing.T) {
	s := opened(t)
	const size, most = 300 << 20, 256 << 20
	text, result := s.cell("a1", "flood "+strconv.Itoa(size)+"\nprint end")
	sum := result.Output
	if len(text) != 1000 || len(sum.Tail) != 500 || !strings.HasSuffix(sum.Tail, "x\nend\n") {
		t.Errorf("head %d, tail %d bytes", len(text), len(sum.Tail))
	}
	if sum.Bytes != size+4 || sum.Cut != size+4-1500 || sum.File != "outputs/a1.txt" || !sum.Partial {
		t.Errorf("got bytes %d, cut %d, file %q, partial %t", sum.Bytes, sum.Cut, sum.File, sum.Partial)
	}
	info, err := os.Stat(filepath.Join(s.folder, sum.File))
	check(t, err)
	if info.Size() != most || len(result.Files) != 0 {
		t.Errorf("file of %d bytes, files %v", info.Size(), result.Files)
	}
	if peak := s.peakMemory(); peak > size/2 { // the race detector alone takes most of it
		t.Errorf("the supervisor took %d MiB", peak>>20)
	}
}

func TestAStalledOrchestratorStopsNoKernel(t *testing.T) {
	s := opened(t)
	for i := range 20 { // nobody reads the results of these
		s.start(fmt.Sprint("b", i), "flood 100000", 0, 0)
		s.next(wire.KindResult)
	}
	s.start("a1", "flood 3000000\nwrite done x", 0, 0)
	eventually(t, "the kernel goes on", func() bool {
		_, err := os.Stat(filepath.Join(s.folder, "done"))
		return err == nil
	})
	if text, result := s.finish("a1"); len(text) != 1000 || result.Output.Bytes != 3000000 {
		t.Errorf("got %d bytes, %+v", len(text), result)
	}
}

func TestTextBetweenRunsIsLateAndBounded(t *testing.T) {
	s := opened(t)
	s.cell("a1", "late behind")
	s.put("go")
	f := s.next(wire.KindOutput)
	if out := body[wire.Output](t, f); !out.Late || f.ID != "" || out.Text != "behind\n" {
		t.Errorf("got %+v, %+v", f, out)
	}
	check(t, os.Remove(filepath.Join(s.folder, "go")))
	s.cell("a2", "lateflood 100000")
	s.put("go")
	eventually(t, "all is written", func() bool {
		_, err := os.Stat(filepath.Join(s.folder, "flooded"))
		return err == nil
	})
	s.start("a3", "print on time", 0, 0)
	late := ""
	for {
		f := s.any()
		if f.Kind == wire.KindResult {
			break
		}
		if out := body[wire.Output](t, f); out.Late {
			late += out.Text
		} else if out.Text != "on time\n" {
			t.Errorf("got %q", out.Text)
		}
	}
	if len(late) > 5000 || !strings.Contains(late, "bytes were written between runs and dropped") {
		t.Errorf("late text of %d bytes: %q", len(late), late)
	}
}

func TestALinkPlantedForTheWholeOutputIsNotFollowed(t *testing.T) {
	s := opened(t)
	elsewhere := t.TempDir()
	check(t, os.Symlink(elsewhere, filepath.Join(s.folder, "outputs")))
	_, result := s.cell("a1", "flood 100000")
	if result.Status != wire.StatusOK || result.Output.File != "" || !result.Output.Partial {
		t.Errorf("got %+v", result)
	}
	if found, _ := os.ReadDir(elsewhere); len(found) != 0 {
		t.Errorf("written outside: %v", found)
	}
}

func TestBytesThatAreNoTextAreReplaced(t *testing.T) {
	s := opened(t)
	text, _ := s.cell("a1", "raw 61e282\nraw acff62") // a € split in two, then a byte of nothing
	if text != "a€\ufffdb" {
		t.Errorf("got %q", text)
	}
}
