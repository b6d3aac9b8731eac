package core_test

import (
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

// soon is a timeout that is meant to pass.
const soon = 50 * time.Millisecond

// enough is a grace that a test which passes never exhausts.
const enough = time.Minute

func TestACellsTextComesBeforeItsResult(t *testing.T) {
	s := opened(t)
	text, result := s.cell("a1", "print one\nprint two\nvalue 3")
	if text != "one\ntwo\n" || result.Value != "3" || result.Status != wire.StatusOK {
		t.Errorf("got %q, %+v", text, result)
	}
	if result.Output.Chars != 8 || result.Output.CutChars != 0 || result.Generation != 1 || result.DurationMS <= 0 {
		t.Errorf("got %+v", result)
	}
}

func TestAnExceptionIsTheKernelsResult(t *testing.T) {
	s := opened(t)
	_, result := s.cell("a1", "error ValueError bad value")
	if result.Status != wire.StatusError || result.Error == nil || result.Error.Name != "ValueError" {
		t.Errorf("got %+v", result)
	}
}

func TestASecondRunIsRefusedAsBusyAndTheFirstGoesOn(t *testing.T) {
	s := opened(t)
	s.start("a1", "await go\nvalue first", 0, 0)
	s.start("a2", "value second", 0, 0)
	if _, result := s.finish("a2"); result.Status != wire.StatusError || result.Error.Name != "busy" {
		t.Errorf("got %+v", result)
	}
	s.put("go")
	if _, result := s.finish("a1"); result.Value != "first" {
		t.Errorf("got %+v", result)
	}
}

func TestARunSentTwiceHasOneResult(t *testing.T) {
	s := opened(t)
	s.start("a1", "await go", 0, 0)
	s.start("a1", "value again", 0, 0)
	s.put("go")
	if _, result := s.finish("a1"); result.Value != "" {
		t.Errorf("got %+v", result)
	}
	s.start("a2", "", 0, 0)
	for {
		if f := s.next(wire.KindResult); f.ID == "a2" {
			return
		} else if f.ID == "a1" {
			t.Fatal("a second result")
		}
	}
}

func TestARunIsRefusedBeforeThereIsASession(t *testing.T) {
	s := start(t)
	if _, result := s.cell("a1", "value 1"); result.Error == nil || result.Error.Name != "not_open" {
		t.Errorf("got %+v", result)
	}
}

func TestAnIDThatIsNoFileNameIsRefused(t *testing.T) {
	s := opened(t)
	for _, id := range []string{"", "../x", "a/b", "a b"} {
		if _, result := s.cell(id, "value 1"); result.Error == nil || result.Error.Name != "bad_run" {
			t.Errorf("%q: got %+v", id, result)
		}
	}
}

func TestARunSentBeforeAKernelIsReadyWaitsForIt(t *testing.T) {
	s := start(t)
	s.send(wire.New(wire.KindOpen, "", wire.Open{Session: "s", Folder: s.folder, OutputHead: 100}))
	if text, result := s.cell("a1", "print x"); text != "x\n" || result.Status != wire.StatusOK {
		t.Errorf("got %q, %+v", text, result)
	}
}

func TestATimeoutInterruptsAndKeepsTheKernel(t *testing.T) {
	s := opened(t)
	s.start("a1", "print before\nsleep", soon, enough)
	text, result := s.finish("a1")
	if result.Status != wire.StatusTimeout || result.Death != nil || result.Error == nil || text != "before\n" {
		t.Errorf("got %q, %+v", text, result)
	}
	if _, next := s.cell("a2", "value 1"); next.Generation != result.Generation || next.Value != "1" {
		t.Errorf("got %+v after %+v", next, result)
	}
}

func TestAnInterruptSwallowedByTheCodeIsStillATimeout(t *testing.T) {
	s := opened(t)
	s.start("a1", "swallow\nvalue 7", soon, enough)
	if _, result := s.finish("a1"); result.Status != wire.StatusTimeout || result.Value != "7" || result.Error != nil {
		t.Errorf("got %+v", result)
	}
}

func TestASecondInterruptFollowsBeforeTheKernelIsKilled(t *testing.T) {
	s := opened(t)
	s.start("a1", "swallow\nswallow", soon, time.Second)
	if _, result := s.finish("a1"); result.Status != wire.StatusTimeout || result.Death != nil {
		t.Errorf("got %+v", result)
	}
}

func TestAKernelThatDoesNotStopIsKilled(t *testing.T) {
	s := opened(t)
	s.start("a1", "stubborn", soon, soon)
	_, result := s.finish("a1")
	if result.Status != wire.StatusTimeout || result.Death == nil || result.Death.Cause != wire.CauseKilled {
		t.Errorf("got %+v", result)
	}
	if generation := s.ready(); generation <= result.Generation {
		t.Errorf("kernel %d follows %d", generation, result.Generation)
	}
	if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestAnInterruptCancelsTheRunItNames(t *testing.T) {
	s := opened(t)
	s.start("a1", "print on\nsleep", 0, enough)
	s.next(wire.KindOutput)
	s.interrupt("other")
	s.interrupt("a1")
	if _, result := s.finish("a1"); result.Status != wire.StatusCancelled || result.Death != nil {
		t.Errorf("got %+v", result)
	}
	s.interrupt("a1") // it has ended
	if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestAKernelThatDoesNotListenAfterAnInterruptIsReplaced(t *testing.T) {
	s := opened(t)
	s.start("a1", "deaf\nsleep", soon, soon*4)
	_, result := s.finish("a1")
	if result.Status != wire.StatusTimeout || result.Death != nil {
		t.Errorf("got %+v", result)
	}
	_, next := s.cell("a2", "value 1")
	if next.Status != wire.StatusOK || next.Generation <= result.Generation {
		t.Errorf("got %+v after %+v", next, result)
	}
}

func TestForgedAndMalformedFramesOfAKernelAreDropped(t *testing.T) {
	s := opened(t)
	s.start("a1", "garbage\nforge other\nchart 60\nvalue true", 0, 0)
	charts := 0
	for {
		f := s.any()
		switch {
		case f.Kind == wire.KindDisplay:
			charts++
		case f.Kind != wire.KindResult:
		case f.ID != "a1":
			t.Fatalf("a result for %q came through", f.ID)
		default:
			result := body[wire.Result](t, f)
			if result.Value != "true" || charts != wire.MaxCharts || result.MoreCharts != 60-wire.MaxCharts {
				t.Errorf("%d charts, %+v", charts, result)
			}
			return
		}
	}
}
