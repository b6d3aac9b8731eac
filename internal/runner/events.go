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
		if r := k.running(f.ID); r != nil {
			r.output(f)
		}
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
	if k.run == nil || k.run.id != id {
		return nil
	}
	return k.run
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

func (r *run) output(f wire.Frame) {
	body, err := wire.Decode[wire.Output](f)
	if err != nil || body.Late || r.chars >= maxOutput {
		return
	}
	r.chars += utf8.RuneCountInString(body.Text)
	r.sink.Output(body.Text)
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
	if body.Death != nil {
		k.mu.Lock()
		k.buried = body.Generation
		k.mu.Unlock()
	}
	select {
	case r.result <- body:
	default: // a second result for one run is a forgery
	}
}
