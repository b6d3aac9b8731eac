package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/events"
)

const (
	// The pause before the engine's events are asked for again when they
	// ended: the first, and what it grows to while the engine is away.
	reconnectPause    = 100 * time.Millisecond
	reconnectPauseMax = 5 * time.Second
	// relistPeriod is how often the containers are listed although events
	// flow: the engine drops events that a client does not take at once.
	relistPeriod = 30 * time.Second
)

// Exits sends the id of each sandbox of the data folder that stops; at first,
// of those that had stopped already. It reconnects by itself, and then also
// sends what stopped or vanished meanwhile; there an id may come twice. The
// channel closes when ctx has ended. A slow receiver loses nothing.
//
// A sandbox that somebody has paused is set going again: its calls would hang.
func (e *Engine) Exits(ctx context.Context, dataDir string) <-chan string {
	watch := &watch{exits: make(chan string), running: map[string]bool{}}
	go func() {
		defer close(watch.exits)
		e.keepFollowing(ctx, dataDir, watch)
	}()
	return watch.exits
}

func (e *Engine) keepFollowing(ctx context.Context, dataDir string, watch *watch) {
	pause := reconnectPause
	for ctx.Err() == nil {
		connected, err := e.follow(ctx, dataDir, watch)
		if connected {
			pause = reconnectPause
		}
		if ctx.Err() == nil {
			e.log.Warn("the Docker engine's events ended; asking again", "after", pause, "error", cause(err))
		}
		watch.deliver(ctx, pause)
		pause = min(2*pause, reconnectPauseMax)
	}
}

// follow notes what the engine tells until its stream breaks. It lists when it
// has subscribed, so that nothing falls between.
func (e *Engine) follow(ctx context.Context, dataDir string, watch *watch) (connected bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	messages, failed := e.subscribe(ctx, cancel, dataDir)
	if err := e.relist(ctx, dataDir, watch); err != nil {
		return false, err
	}
	ticker := time.NewTicker(relistPeriod)
	defer ticker.Stop()
	for {
		exits, next := watch.head()
		select {
		case exits <- next:
			watch.sent()
		case message := <-messages:
			watch.note(message)
			if message.Action == events.ActionPause {
				e.unpause(ctx, message.Actor.Attributes[labelSandbox])
			}
		case err := <-failed:
			return true, err
		case <-ticker.C:
			if err := e.relist(ctx, dataDir, watch); err != nil {
				return true, err
			}
		}
	}
}

// subscribe asks for the events. The client returns when the engine begins to
// answer, so cancel ends that if it takes too long.
func (e *Engine) subscribe(ctx context.Context, cancel context.CancelFunc, dataDir string) (<-chan events.Message, <-chan error) {
	late := time.AfterFunc(askTimeout, cancel)
	defer late.Stop()
	return e.calls.Events(ctx, events.ListOptions{Filters: exitsOf(e.data.onHost(dataDir))})
}

func (e *Engine) relist(ctx context.Context, dataDir string, watch *watch) error {
	containers, err := e.containers(ctx, dataDir)
	if err == nil {
		watch.compare(containers)
	}
	return err
}

// unpause lets a sandbox go on. One that cannot is tried again with the next
// listing.
func (e *Engine) unpause(ctx context.Context, id string) {
	name, err := containerName(id)
	if err != nil {
		return // none of ours
	}
	limited, cancel := context.WithTimeout(ctx, unpauseTimeout)
	defer cancel()
	err = e.calls.ContainerUnpause(limited, name)
	e.log.Warn("a sandbox had been paused by somebody else; it goes on", "sandbox_id", id, "error", err)
}
