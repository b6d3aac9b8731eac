package core_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

// quiet is a folder on a file system that hardly anybody else writes to.
func quiet(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "disk-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// limited has a session whose files may take 16 MiB.
func limited(t *testing.T) *sandbox {
	t.Helper()
	s := launch(t)
	s.disk, s.folder = 16<<20, quiet(t)
	s.hello(0)
	s.open(1000, 500)
	return s
}

func TestARunThatOutgrowsItsDiskIsInterruptedAndMayThenDelete(t *testing.T) {
	s := limited(t)
	_, result := s.cell("a1", "fill big 24\nsleep")
	if result.Status != wire.StatusError || result.Error == nil || result.Error.Name != "DiskFull" || result.Death != nil {
		t.Fatalf("got %+v %+v", result, result.Error)
	}
	if !strings.Contains(result.Error.Message, "0.02 GiB") {
		t.Errorf("the message %q does not say how much", result.Error.Message)
	}
	kept := result.Generation
	if _, result = s.cell("a2", "value 1\nremove big"); result.Status != wire.StatusOK || result.Generation != kept {
		t.Errorf("the next run: %+v", result)
	}
	if _, result = s.cell("a3", "fill small 1\nvalue 2"); result.Status != wire.StatusOK {
		t.Errorf("a run with room again: %+v", result)
	}
}

func TestARunThatWillNotStopWritingIsKilledAndNamed(t *testing.T) {
	s := limited(t)
	s.start("a1", "fill big 24\nstubborn", 0, 100*time.Millisecond)
	if _, result := s.finish("a1"); result.Status != wire.StatusDied || result.Death == nil || result.Death.Cause != wire.CauseDisk ||
		result.Death.Limit != s.disk || result.Death.Peak < 24<<20 {
		t.Errorf("got %+v %+v", result, result.Death)
	}
}

func TestARunFarBeyondItsDiskGetsNoGrace(t *testing.T) {
	s := limited(t)
	if _, result := s.cell("a1", "fill big 64\nstubborn"); result.Death == nil || result.Death.Cause != wire.CauseDisk {
		t.Errorf("got %+v %+v", result, result.Death)
	}
}

func TestASessionOverItsLimitMayNotGrow(t *testing.T) {
	s := limited(t)
	if _, result := s.cell("a1", "fill big 24\nsleep"); result.Status != wire.StatusError {
		t.Fatalf("got %+v", result)
	}
	if _, result := s.cell("a2", "fill more 12\nsleep"); result.Error == nil && result.Death == nil {
		t.Errorf("got %+v", result)
	}
}

func TestAQuickRunThatHasOutgrownItsDiskIsTold(t *testing.T) {
	s := limited(t)
	_, result := s.cell("a1", "fill big 24")
	if result.Status != wire.StatusError || result.Error == nil || result.Error.Name != "DiskFull" ||
		!strings.Contains(result.Error.Message, "run to its end") {
		t.Fatalf("got %+v %+v", result, result.Error)
	}
	for i, code := range []string{"value 1", "remove big", "fill small 8"} {
		if _, after := s.cell("b"+strconv.Itoa(i), code); after.Status != wire.StatusOK || after.Generation != result.Generation {
			t.Errorf("%s: %+v %+v", code, after, after.Error)
		}
	}
}

func TestQuickRunsDoNotGrowASessionForEver(t *testing.T) {
	s := limited(t)
	for i := range 3 {
		id := strconv.Itoa(i)
		if _, result := s.cell("a"+id, "fill big"+id+" 20"); result.Error == nil && result.Death == nil {
			t.Errorf("after %d MiB: %+v", 20*(i+1), result)
		}
	}
	for _, id := range []string{"b1", "b2"} {
		_, result := s.cell(id, "fill more 1")
		if result.Status != wire.StatusError || result.Error == nil || !strings.Contains(result.Error.Message, "no code is run") {
			t.Errorf("got %+v %+v", result, result.Error)
		}
	}
	for i := range 3 { // by another hand
		check(t, os.Remove(filepath.Join(s.folder, "big"+strconv.Itoa(i))))
	}
	if _, result := s.cell("c1", "fill more 1"); result.Status != wire.StatusOK {
		t.Errorf("a session with room again: %+v %+v", result, result.Error)
	}
}

func TestASessionThatComesBackIsWeighedBeforeItsFirstRun(t *testing.T) {
	for name, tt := range map[string]struct {
		mib     int
		refused bool
	}{"over its limit": {40, false}, "beyond all bounds": {60, true}} {
		t.Run(name, func(t *testing.T) {
			s := launch(t)
			s.disk, s.folder = 16<<20, quiet(t)
			check(t, os.WriteFile(filepath.Join(s.folder, "big"), make([]byte, tt.mib<<20), 0o600))
			s.hello(0)
			s.send(wire.New(wire.KindOpen, "", wire.Open{Session: "s", Folder: s.folder, OutputHead: 1000, OutputTail: 500, Disk: s.disk}))
			s.ready()
			if _, result := s.cell("a1", "value 1"); (result.Error != nil) != tt.refused {
				t.Errorf("got %+v %+v", result, result.Error)
			}
		})
	}
}

func TestWhatOthersWriteMakesNoRoom(t *testing.T) {
	s := limited(t)
	s.cell("a1", "value 1")
	check(t, os.WriteFile(filepath.Join(quiet(t), "foreign"), make([]byte, 64<<20), 0o600))
	if _, result := s.cell("a2", "fill big 24\nsleep"); result.Error == nil || result.Error.Name != "DiskFull" {
		t.Errorf("got %+v %+v", result, result.Error)
	}
}

func TestWhatOthersDeleteHidesNothingForLong(t *testing.T) {
	s := limited(t)
	foreign := filepath.Join(quiet(t), "foreign")
	check(t, os.WriteFile(foreign, make([]byte, 64<<20), 0o600))
	s.cell("a1", "value 1")
	s.cell("a2", "fill big 60\nremove "+foreign)
	time.Sleep(2 * time.Second) // within one and a tick it is weighed anyway
	if _, result := s.cell("a3", "value 1"); result.Error == nil || !strings.Contains(result.Error.Message, "no code is run") {
		t.Errorf("got %+v %+v", result, result.Error)
	}
}

func TestWhatWritesOnBetweenRunsIsEnded(t *testing.T) {
	s := limited(t)
	if _, result := s.cell("a1", "latefill big 40"); result.Status != wire.StatusOK {
		t.Fatalf("got %+v", result)
	}
	for {
		if k := body[wire.Kernel](t, s.next(wire.KindKernel)); !k.Ready {
			if k.Death == nil || k.Death.Cause != wire.CauseDisk {
				t.Errorf("got %+v", k.Death)
			}
			return
		}
	}
}
