package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"power-interpreter/orchestrator"
)

// undoTimeout bounds the removal of what a failed start made. An engine too
// broken for it leaves the sandbox to List.
const undoTimeout = 15 * time.Second

// Start creates and starts a sandbox. On error nothing is left of it; where an
// engine does not answer even to that, the log says so and List finds it later.
// The end of ctx is heeded once the sandbox is created, which takes an engine
// that answers some milliseconds.
func (e *Engine) Start(ctx context.Context, spec orchestrator.Spec) error {
	settings, err := settingsOf(e.data.seenByEngine(spec), e.seccomp)
	if err != nil {
		return err
	}
	err = e.create(ctx, spec, settings)
	if err == nil {
		err = e.start(ctx, settings.name)
	}
	if err != nil {
		e.undo(ctx, spec.ID)
	}
	return err
}

// create does not stop when ctx ends: the engine would go on regardless, and
// what it made after our clean-up would be left.
func (e *Engine) create(ctx context.Context, spec orchestrator.Spec, s settings) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	created, err := e.calls.ContainerCreate(limited, s.config, s.host, s.network, nil, s.name)
	for pause := removePause; cerrdefs.IsConflict(err); pause = min(2*pause, removePauseMax) {
		// The name is taken by one that the engine is still making for a process of
		// ours that was killed: it can be removed only when it is made.
		if e.remove(limited, s.name) != nil && !wait(limited, pause) {
			break
		}
		created, err = e.calls.ContainerCreate(limited, s.config, s.host, s.network, nil, s.name)
	}
	for _, warning := range created.Warnings {
		e.log.Debug("the engine warned about a sandbox", "sandbox_id", spec.ID, "warning", warning)
	}
	return notCreated(ctx, err, spec.Image, spec.Runtime)
}

func (e *Engine) start(ctx context.Context, name string) error {
	limited, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return fault(ctx, e.calls.ContainerStart(limited, name, container.StartOptions{}), "start a sandbox")
}

// undo removes what a failed start made. The caller's context may have ended;
// removal has a time limit of its own.
func (e *Engine) undo(ctx context.Context, id string) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if err := e.Remove(limited, id); err != nil {
		e.log.Error("a sandbox that did not start may have been left behind", "sandbox_id", id, "error", cause(err))
	}
}
