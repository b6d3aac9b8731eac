package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// How a removal is repeated: the engine refuses one while another is under way
// (409), and fails one whose mounts are busy or whose process is slow to die.
const (
	removeAttempts = 40
	removePause    = 25 * time.Millisecond // the first; each next is twice as long, up to
	removePauseMax = time.Second
	// removeTotal bounds all of them, time limits of single ones included.
	removeTotal = time.Minute
)

// Remove kills and removes a sandbox with its anonymous volumes, and returns
// when the engine says that it is gone. One that is not there is no error.
func (e *Engine) Remove(ctx context.Context, id string) error {
	name, err := containerName(id)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, removeTotal)
	defer cancel()
	pause := removePause
	for range removeAttempts {
		if err = e.remove(limited, name); err == nil || cerrdefs.IsNotFound(err) {
			return nil
		}
		if client.IsErrConnectionFailed(err) || !wait(limited, pause) {
			break
		}
		pause = min(2*pause, removePauseMax)
	}
	return fault(ctx, err, "remove a sandbox")
}

func (e *Engine) remove(ctx context.Context, name string) error {
	limited, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	return e.calls.ContainerRemove(limited, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
}

// wait pauses for d. It reports false if ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
