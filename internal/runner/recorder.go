package runner

import (
	"sync"
	"sync/atomic"

	"power-interpreter/orchestrator"
)

// recorder keeps what an execution gave before anybody resumed it: its events
// come right behind the runner's welcome. A run's own bounds are its bounds; of
// live text, which has none, the last is kept.
type recorder struct {
	mu     sync.Mutex
	sink   orchestrator.Sink
	events []func(orchestrator.Sink)
	live   orchestrator.Output
	left   *atomic.Int64 // bytes that all recorders of a conversation may still keep
}

// maxRecorded bounds what is kept of a runner's earlier conversations, in bytes:
// more than its journal holds.
const maxRecorded = 64 << 20

// Output keeps text, or hands it on.
func (r *recorder) Output(out orchestrator.Output) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sink != nil {
		r.sink.Output(out)
		return
	}
	r.live = out
	if r.live.Text = ""; out.Text != "" && r.left.Add(-int64(len(out.Text))) >= 0 {
		text := orchestrator.Output{Text: out.Text}
		r.events = append(r.events, func(s orchestrator.Sink) { s.Output(text) })
	}
}

// Chart keeps a chart, or hands it on.
func (r *recorder) Chart(c orchestrator.Chart) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sink != nil {
		r.sink.Chart(c)
		return
	}
	if r.left.Add(-int64(len(c.PNG))) < 0 {
		c.PNG = nil // the full-size file is there
	}
	r.events = append(r.events, func(s orchestrator.Sink) { s.Chart(c) })
}

// attach hands on what was kept, and from now on everything.
func (r *recorder) attach(sink orchestrator.Sink) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range r.events {
		event(sink)
	}
	if r.live.Live != "" {
		sink.Output(r.live)
	}
	r.sink, r.events = sink, nil
}
