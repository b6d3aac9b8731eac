package journal_test

import (
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

// outputs joins the texts of an execution, and counts their events.
func outputs(events []wire.Frame, id string) (text string, n int) {
	for _, f := range events {
		if f.Kind == wire.KindOutput && f.ID == id {
			out, _ := wire.Decode[wire.Output](f)
			text, n = text+out.Text, n+1
		}
	}
	return text, n
}

func TestManySmallTextsAreMergedNotDropped(t *testing.T) {
	d := serve(t)
	d.Hello(wire.Welcome{}, 0)
	d.next()
	const lines = 10_000 // more than are kept, each read before the next comes
	for i := range lines {
		d.output("a", "x\n")
		if f := d.next(); f.Seq != uint64(i+1) {
			t.Fatalf("event %d is numbered %d", i+1, f.Seq)
		}
		if i == lines/2 {
			break
		}
	}
	for range lines {
		d.output("b", "y\n")
		d.next()
	}
	d.append(wire.KindResult, "b", wire.Result{})
	if result, _ := wire.Decode[wire.Result](d.next()); result.Output.CutChars != 0 {
		t.Errorf("%d are told as cut", result.Output.CutChars)
	}
	w, events := d.greet(0)
	a, merged := outputs(events, "a")
	if a != strings.Repeat("x\n", lines/2+1) || merged > 10 {
		t.Errorf("%d characters in %d events", len(a), merged)
	}
	if b, _ := outputs(events, "b"); b != strings.Repeat("y\n", lines) {
		t.Errorf("%d characters of the other", len(b))
	}
	for i := 1; i < len(events); i++ {
		if events[i].Seq <= events[i-1].Seq {
			t.Fatalf("%d follows %d", events[i].Seq, events[i-1].Seq)
		}
	}
	if last := events[len(events)-1]; last.Kind != wire.KindResult || last.Seq != w.Seq {
		t.Errorf("at last %+v", last)
	}
}

func TestWhatIsWrittenIsNotMergedWithWhatIsNot(t *testing.T) {
	d := serve(t)
	d.Hello(wire.Welcome{}, 0)
	d.next()
	const lines = 6000
	var got string
	for i := range lines { // the reader stops in the middle
		d.output("a", "x\n")
		if i < lines/2 {
			out, _ := wire.Decode[wire.Output](d.next())
			got += out.Text
		}
	}
	d.append(wire.KindKernel, "", wire.Kernel{})
	for f := d.next(); f.Kind == wire.KindOutput; f = d.next() {
		out, _ := wire.Decode[wire.Output](f)
		got += out.Text
	}
	if got != strings.Repeat("x\n", lines) {
		t.Errorf("%d characters of %d came", len(got), 2*lines)
	}
}

func TestOfLiveTextTheLastIsKept(t *testing.T) {
	d := serve(t)
	live := func(text string) { d.append(wire.KindOutput, "a", wire.Output{Live: text}) }
	live("0%")
	d.append(wire.KindDisplay, "a", wire.Display{})
	live("1%")
	live("2%")
	d.output("a", "x\n")
	live("3%")
	live("4%")
	if _, events := d.greet(0); len(events) != 3 || events[0].Seq != 2 || events[1].Seq != 5 || events[2].Seq != 7 {
		t.Errorf("kept %+v", events)
	}
	d.append(wire.KindResult, "a", wire.Result{})
	d.next()
	live("b")
	d.next()
	if w, events := d.greet(0); len(events) != 4 || events[2].Kind != wire.KindResult || w.Seq != 9 {
		t.Errorf("kept %+v", events)
	}
}
