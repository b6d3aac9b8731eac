package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// watch is what one Exits knows of the sandboxes, and owes its receiver. One
// goroutine uses it. It grows with the containers that exist and the exits
// that nobody has received, an id each.
type watch struct {
	exits   chan string
	pending []string
	running map[string]bool // by id, those that exist; false once their end is noted
}

func (w *watch) note(message events.Message) {
	id := message.Actor.Attributes[labelSandbox]
	if !internalID.MatchString(id) {
		return
	}
	switch message.Action {
	case events.ActionStart:
		w.started(id)
	case events.ActionDie:
		w.ended(id)
	case events.ActionDestroy:
		w.gone(id)
	}
}

// compare takes in a whole listing: it tells what the events left out.
func (w *watch) compare(containers []container.Summary) {
	listed := map[string]bool{}
	for _, summary := range containers {
		sandbox, ok := sandboxOf(summary)
		if !ok {
			continue
		}
		listed[sandbox.ID] = true
		switch {
		case sandbox.Running:
			w.started(sandbox.ID)
		case hasEnded(summary):
			w.ended(sandbox.ID)
		}
	}
	for id := range w.running {
		if !listed[id] {
			w.gone(id)
		}
	}
}

// started ignores one whose end is noted: sandboxes are not started again.
func (w *watch) started(id string) {
	if _, known := w.running[id]; !known {
		w.running[id] = true
	}
}

func (w *watch) ended(id string) {
	if running, known := w.running[id]; running || !known {
		w.pending = append(w.pending, id)
	}
	w.running[id] = false
}

func (w *watch) gone(id string) {
	if w.running[id] {
		w.pending = append(w.pending, id)
	}
	delete(w.running, id)
}

// head returns the next exit and where to send it; a nil channel, which never
// takes anything, if there is none.
func (w *watch) head() (chan<- string, string) {
	if len(w.pending) == 0 {
		return nil, ""
	}
	return w.exits, w.pending[0]
}

// sent drops the head.
func (w *watch) sent() { w.pending = w.pending[1:] }

// deliver sends what is pending for d, or until ctx ends.
func (w *watch) deliver(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		exits, next := w.head()
		select {
		case exits <- next:
			w.sent()
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
