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
	if sum.Chars != size+4 || sum.CutChars != size+4-1500 || sum.File != "outputs/a1.txt" || !sum.Partial {
		t.Errorf("got %d characters, cut %d, file %q, partial %t", sum.Chars, sum.CutChars, sum.File, sum.Partial)
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
	if text, result := s.finish("a1"); len(text) != 1000 || result.Output.Chars != 3000000 {
		t.Errorf("got %d bytes, %+v", len(text), result)
	}
}

func TestTextBetweenRunsIsLateAndBounded(t *testing.T) {
	s := opened(t)
	s.cell("a1", "lateflood 100000")
	s.put("go")
	eventually(t, "all is written", func() bool {
		_, err := os.Stat(filepath.Join(s.folder, "flooded"))
		return err == nil
	})
	s.start("a2", "print on time", 0, 0)
	f := s.next(wire.KindOutput)
	late := body[wire.Output](t, f)
	if !late.Late || f.ID != "" || len(late.Text)+len(late.Live) != 4<<10 || late.Skipped != 100000-4<<10 {
		t.Errorf("got %+v, %+v", f, late)
	}
	if text, _ := s.finish("a2"); text != "on time\n" {
		t.Errorf("got %q", text)
	}
}

func TestALineUnderWayIsShownAndFoldedAtTheEnd(t *testing.T) {
	s := opened(t)
	s.start("a1", "raw 0d302500\nawait go\nraw 0d3130302520200a", 0, 0)
	if out := body[wire.Output](t, s.next(wire.KindOutput)); out.Live != "0%" || out.Text != "" {
		t.Errorf("got %+v", out)
	}
	s.put("go")
	if text, result := s.finish("a1"); text != "100%\n" || result.Output.Chars != 5 {
		t.Errorf("got %q, %+v", text, result.Output)
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
