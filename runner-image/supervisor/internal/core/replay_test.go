package core_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

func TestAHelloIsAnsweredWithTheState(t *testing.T) {
	s := opened(t)
	s.start("a1", "print x\nawait go", 0, 0)
	s.next(wire.KindOutput)
	w := s.hello(0)
	want := wire.Welcome{Nonce: "n", Runner: "hash", Seq: w.Seq, Generation: 1, Session: "s", Running: "a1", Warm: true}
	if !reflect.DeepEqual(w, want) || w.Seq == 0 {
		t.Errorf("got %+v, want %+v", w, want)
	}
}

func TestASecondOrchestratorGetsWhatTheFirstDidNotAcknowledge(t *testing.T) {
	s := opened(t)
	s.start("a1", "print one\nawait go\nprint two\nvalue 3", 0, 0)
	first := s.next(wire.KindOutput)
	// The first orchestrator dies in the middle of a frame.
	_, err := s.in.Write([]byte(`{"v":1,"kind":"interr`))
	check(t, err)
	s.put("go")
	if w := s.hello(first.Seq - 1); w.Running != "a1" && !slices.Contains(w.Ended, "a1") {
		t.Errorf("got %+v", w)
	}
	if again := s.any(); again.Seq != first.Seq || string(again.Body) != string(first.Body) {
		t.Errorf("got %+v again, want %+v", again, first)
	}
	if text, result := s.finish("a1"); text != "two\n" || result.Value != "3" {
		t.Errorf("got %q, %+v", text, result)
	}
}

func TestWhatIsAcknowledgedIsNotSentAgain(t *testing.T) {
	s := opened(t)
	s.start("a1", "print one", 0, 0)
	last := s.next(wire.KindResult)
	s.send(wire.New(wire.KindAck, "", wire.Ack{Seq: last.Seq}))
	if w := s.hello(0); w.Seq != last.Seq || len(w.Ended) != 0 {
		t.Errorf("got %+v", w)
	}
	s.start("a2", "", 0, 0)
	if f := s.any(); f.ID != "a2" || f.Seq != last.Seq+1 {
		t.Errorf("got %+v", f)
	}
}

func TestAResultThatNobodyHasRecordedIsNamedInTheWelcome(t *testing.T) {
	s := opened(t)
	s.cell("a1", "value 1")
	if w := s.hello(0); !slices.Contains(w.Ended, "a1") || w.Running != "" {
		t.Errorf("got %+v", w)
	}
}

func TestNothingIsSentBeforeAHello(t *testing.T) {
	s := launch(t)
	// The kernel is ready at the latest when a second hello says so.
	w := s.hello(0)
	for w.Generation == 0 {
		w = s.hello(0)
	}
	if f := s.any(); f.Kind != wire.KindKernel || f.Seq != 1 {
		t.Errorf("got %+v", f)
	}
}

func TestTheEndOfTheInputEndsNothing(t *testing.T) {
	s := opened(t)
	s.start("a1", "await go\nprint on", 0, 0)
	check(t, s.in.Close())
	eventually(t, "the end of the input is noticed", func() bool { return strings.Contains(s.errs.String(), "input has ended") })
	s.put("go")
	if text, result := s.finish("a1"); text != "on\n" || result.Status != wire.StatusOK {
		t.Errorf("got %q, %+v", text, result)
	}
}
