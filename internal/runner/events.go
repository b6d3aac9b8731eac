package runner

import (
	"unicode/utf8"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// maxOutput bounds, in characters, what one execution may send as output,
// whatever bound the runner was told: it may be hostile.
const maxOutput = 1 << 20

// read delivers events until the stream ends.
func (k *Kernel) read() {
	defer close(k.done)
	for {
		f, err := k.in.Next()
		if err != nil {
			return
		}
		if k.fresh(f) {
			k.deliver(f)
		}
	}
}

// fresh says whether the event was not seen before: a replay repeats some.
func (k *Kernel) fresh(f wire.Frame) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.Seq <= k.seen {
		return false
	}
	k.seen = f.Seq
	return true
}

func (k *Kernel) deliver(f wire.Frame) {
	switch f.Kind {
	case wire.KindKernel:
		k.kernel(f)
	case wire.KindOutput:
		k.output(f)
	case wire.KindDisplay:
		if r := k.running(f.ID); r != nil {
			r.display(f)
		}
	case wire.KindResult:
		if r := k.running(f.ID); r != nil {
			k.finish(r, f)
		}
	}
}

// running returns the run that an event belongs to, nil for a stranger's.
func (k *Kernel) running(id string) *run {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.run != nil && k.run.id == id {
		return k.run
	}
	return k.past[id]
}

func (k *Kernel) kernel(f wire.Frame) {
	news, err := wire.Decode[wire.Kernel](f)
	if err != nil {
		return
	}
	if news.Ready {
		select {
		case k.ready <- struct{}{}:
		default:
		}
		return
	}
	if d := death(news.Death); d != nil && d.Cause != orchestrator.CauseReset && !k.toldBy(news.Generation) {
		select {
		case k.deaths <- *d:
		default: // nobody asks: the oldest ones tell enough
		}
	}
}

// toldBy says whether a run's result has told the death of that generation.
func (k *Kernel) toldBy(generation int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return generation == k.buried
}

func (k *Kernel) output(f wire.Frame) {
	body, err := wire.Decode[wire.Output](f)
	if err != nil {
		return
	}
	if body.Late {
		k.late.add(bounded(body, maxLate))
	} else if r := k.running(f.ID); r != nil {
		r.output(bounded(body, wire.MaxLive))
	}
}

// bounded converts an output, of which no more than that many bytes may be live.
func bounded(out wire.Output, most int) orchestrator.Output {
	return orchestrator.Output{Text: out.Text, Live: cut(out.Live, most), Skipped: max(out.Skipped, 0)}
}

func (r *run) output(out orchestrator.Output) {
	if r.chars >= maxOutput {
		out.Text = ""
	}
	r.chars += utf8.RuneCountInString(out.Text)
	r.sink.Output(out)
}

func (r *run) display(f wire.Frame) {
	body, err := wire.Decode[wire.Display](f)
	if err != nil || r.charts >= wire.MaxCharts {
		return
	}
	r.charts++
	r.sink.Chart(chart(body))
}

func (k *Kernel) finish(r *run, f wire.Frame) {
	body, err := wire.Decode[wire.Result](f)
	if err != nil {
		body = wire.Result{Status: "malformed"}
	}
	var late orchestrator.Output
	if r.op == orchestrator.OpCell { // whose reply shows text
		late = k.late.take()
	}
	if body.Death != nil {
		k.mu.Lock()
		k.buried = body.Generation
		k.mu.Unlock()
	}
	if len(r.result) > 0 { // a second result for one run is a forgery
		return
	}
	// Here, since this goroutine's stack is grown already, and a run's is not.
	var e ending
	e.outcome, e.err = outcome(r.op, body)
	e.outcome.Reply.Late, e.outcome.Seq = late, f.Seq
	r.result <- e // there is room: nobody else sends
}
