package core_test

import (
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

// limited has a session whose files may take 16 MiB.
func limited(t *testing.T) *sandbox {
	t.Helper()
	s := launch(t)
	s.disk = 16 << 20
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
