package journal_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a journal and the reading end of its stream.
type desk struct {
	t *testing.T
	*journal.Journal
	in *wire.Reader
	r  *io.PipeReader
}

func serve(t *testing.T) *desk {
	t.Helper()
	r, w := io.Pipe()
	d := &desk{t: t, Journal: journal.New(), in: wire.NewReader(r, wire.MaxEvent), r: r}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Serve(ctx, w)
	}()
	t.Cleanup(func() {
		cancel()
		_ = r.Close()
		<-done
	})
	return d
}

func (d *desk) append(kind wire.Kind, id string, body any) {
	d.t.Helper()
	if err := d.Append(kind, id, body); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) output(id, text string) {
	d.t.Helper()
	d.append(wire.KindOutput, id, wire.Output{Text: text})
}

func (d *desk) next() wire.Frame {
	d.t.Helper()
	f, err := d.in.Next()
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

// greet says hello and returns the welcome and the events after it.
func (d *desk) greet(ack uint64) (wire.Welcome, []wire.Frame) {
	d.t.Helper()
	nonce := rand.Text()
	d.Hello(wire.Welcome{Nonce: nonce}, ack)
	var w wire.Welcome
	for w.Nonce != nonce { // what comes before was for a predecessor
		if f := d.next(); f.Kind == wire.KindHello {
			w, _ = wire.Decode[wire.Welcome](f)
		}
	}
	var events []wire.Frame
	for last := ack; last < w.Seq; {
		f := d.next()
		events, last = append(events, f), f.Seq
	}
	return w, events
}

func TestEventsAreNumberedFromOneAndFollowTheWelcome(t *testing.T) {
	d := serve(t)
	d.output("a", "one")
	d.output("a", "two")
	w, events := d.greet(0)
	if w.Seq != 2 || len(events) != 2 || events[0].Seq != 1 || events[1].Seq != 2 {
		t.Errorf("got %+v, %+v", w, events)
	}
	d.output("a", "three")
	if f := d.next(); f.Seq != 3 {
		t.Errorf("got %+v", f)
	}
}

func TestAHelloGetsAllAboveItsAckAgain(t *testing.T) {
	d := serve(t)
	for range 5 {
		d.output("a", "x")
	}
	d.greet(0)
	if _, events := d.greet(3); len(events) != 2 || events[0].Seq != 4 {
		t.Errorf("got %+v", events)
	}
	if w, events := d.greet(5); len(events) != 0 || w.Seq != 5 {
		t.Errorf("got %+v, %+v", w, events)
	}
}

func TestAnAckBeyondTheLastEventFreesNoLaterOne(t *testing.T) {
	d := serve(t)
	d.output("a", "x")
	d.Ack(1 << 60)
	if w, _ := d.greet(1); w.Seq != 1 {
		t.Errorf("got %+v", w)
	}
	d.Hello(wire.Welcome{}, 1<<60)
	d.next()
	d.output("a", "y")
	if f := d.next(); f.Seq != 2 {
		t.Errorf("got %+v", f)
	}
}

func TestTheWelcomeNamesAResultThatIsNotAcknowledged(t *testing.T) {
	d := serve(t)
	d.append(wire.KindResult, "a", wire.Result{})
	d.append(wire.KindResult, "b", wire.Result{})
	d.output("", "late")
	if w, _ := d.greet(0); !slices.Equal(w.Ended, []string{"a", "b"}) {
		t.Errorf("got %+v", w)
	}
	if w, _ := d.greet(2); len(w.Ended) != 0 {
		t.Errorf("got %+v", w)
	}
}

func TestTextGoesFirstAndIsCountedAsCut(t *testing.T) {
	d := serve(t)
	const pieces, chars = 100, 16384 // 3.1 MiB of the 8 that are kept
	piece := strings.Repeat("é", chars)
	d.append(wire.KindDisplay, "a", wire.Display{File: "charts/a-1.png"})
	for range 2 * pieces {
		d.output("a", piece)
	}
	d.append(wire.KindResult, "a", wire.Result{Output: wire.OutputSum{Chars: 2*pieces*chars + 5, CutChars: 5}})
	for range pieces { // these push more of the first one's out
		d.output("b", piece)
	}
	_, events := d.greet(0)
	text, kinds := map[string]int64{}, map[wire.Kind]int{}
	var result wire.Result
	for _, f := range events {
		kinds[f.Kind]++
		switch f.Kind {
		case wire.KindOutput:
			text[f.ID] += chars
		case wire.KindResult:
			result, _ = wire.Decode[wire.Result](f)
		}
	}
	if text["a"] == 0 || text["b"] != pieces*chars || kinds[wire.KindDisplay] != 1 || kinds[wire.KindResult] != 1 {
		t.Errorf("kept %v, %v", kinds, text)
	}
	if want := 2*pieces*chars + 5 - text["a"]; result.Output.CutChars != want {
		t.Errorf("cut %d, want %d", result.Output.CutChars, want)
	}
	for range 2 * pieces { // and these some of the one that has no result yet
		d.output("b", piece)
		d.next()
	}
	d.append(wire.KindResult, "b", wire.Result{})
	last, _ := wire.Decode[wire.Result](d.next())
	text["b"] = 0
	for _, events := d.greet(0); len(events) > 0; events = events[1:] {
		if f := events[0]; f.Kind == wire.KindOutput && f.ID == "b" {
			text["b"] += chars
		}
	}
	want := 3*pieces*chars - text["b"] // the result itself may have pushed one out
	if cut := last.Output.CutChars; cut == 0 || cut > want || cut < want-chars {
		t.Errorf("cut %d, want %d", cut, want)
	}
}

func TestTextIsBoundedInBytes(t *testing.T) {
	d := serve(t)
	const size = 3 << 20
	for range 4 {
		d.output("a", strings.Repeat("x", size))
	}
	if _, events := d.greet(0); len(events) != 2 {
		t.Errorf("kept %d pieces of 3 MiB", len(events))
	}
}

func TestEvenResultsAreBounded(t *testing.T) {
	d := serve(t)
	const size = 7 << 20
	for range 8 {
		d.append(wire.KindResult, "a", wire.Result{Value: strings.Repeat("x", size)})
	}
	w, events := d.greet(0)
	if w.Seq != 8 || len(events) != 6 || events[len(events)-1].Seq != 8 {
		t.Errorf("kept %d of %d", len(events), w.Seq)
	}
	for i := range 9000 {
		d.append(wire.KindKernel, "", wire.Kernel{Generation: i})
	}
	if w, events = d.greet(0); len(events) > 8192 || events[len(events)-1].Seq != w.Seq {
		t.Errorf("kept %d", len(events))
	}
}

func TestAnEventThatIsTooLongIsRefusedAndNotNumbered(t *testing.T) {
	d := serve(t)
	err := d.Append(wire.KindResult, "a", wire.Result{Value: strings.Repeat("x", wire.MaxEvent)})
	if !errors.Is(err, journal.ErrTooLong) {
		t.Errorf("got %v", err)
	}
	d.output("a", "x")
	if w, _ := d.greet(0); w.Seq != 1 {
		t.Errorf("got %+v", w)
	}
}

func TestAStalledStreamHoldsUpNobody(t *testing.T) {
	d := serve(t)
	d.Hello(wire.Welcome{}, 0)
	for range 5000 { // nobody reads
		d.output("a", "x")
	}
	w, events := d.greet(0)
	if text, n := outputs(events, "a"); w.Seq != 5000 || len(text) != 5000 || n > 4096 {
		t.Errorf("kept %d characters in %d events", len(text), n)
	}
}

func TestAfterABrokenWriteAHelloBeginsAnew(t *testing.T) {
	j := journal.New()
	w := &flaky{lines: make(chan string, 10), broken: true}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		j.Serve(ctx, w)
	}()
	defer func() { cancel(); <-done }()
	if err := j.Append(wire.KindOutput, "a", wire.Output{Text: "x"}); err != nil {
		t.Fatal(err)
	}
	j.Hello(wire.Welcome{Nonce: "first"}, 0)
	<-w.lines // it failed
	if err := j.Append(wire.KindOutput, "a", wire.Output{Text: "y"}); err != nil {
		t.Fatal(err)
	}
	select {
	case line := <-w.lines:
		t.Errorf("written to nobody: %q", line)
	case <-time.After(20 * time.Millisecond): // a failure may need longer to show, a success not
	}
	j.Hello(wire.Welcome{Nonce: "second"}, 0)
	for got := ""; !strings.Contains(got, `"text":"y"`); {
		select {
		case line := <-w.lines:
			if got += line; !strings.Contains(got, `"second"`) {
				t.Errorf("before the welcome: %q", got)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("only got %q", got)
		}
	}
}

// flaky is a stream that fails once.
type flaky struct {
	lines  chan string
	broken bool
}

func (f *flaky) Write(p []byte) (int, error) {
	f.lines <- string(p)
	if f.broken {
		f.broken = false
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}
