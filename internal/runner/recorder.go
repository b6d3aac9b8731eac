package runner

import (
	"sync"

	"power-interpreter/orchestrator"
)

// recorder keeps what an execution gave before anybody resumed it: its events
// come right behind the runner's welcome. A run's own bounds are its bounds.
type recorder struct {
	mu     sync.Mutex
	sink   orchestrator.Sink
	events []func(orchestrator.Sink)
}

// Output keeps text, or hands it on.
func (r *recorder) Output(text string) {
	r.take(func(s orchestrator.Sink) { s.Output(text) })
}

// Chart keeps a chart, or hands it on.
func (r *recorder) Chart(c orchestrator.Chart) {
	r.take(func(s orchestrator.Sink) { s.Chart(c) })
}

func (r *recorder) take(event func(orchestrator.Sink)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sink == nil {
		r.events = append(r.events, event)
		return
	}
	event(r.sink)
}

// attach hands on what was kept, and from now on everything.
func (r *recorder) attach(sink orchestrator.Sink) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range r.events {
		event(sink)
	}
	r.sink, r.events = sink, nil
}
