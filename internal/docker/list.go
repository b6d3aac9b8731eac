package docker

import (
	"context"

	"github.com/docker/docker/api/types/container"

	"power-interpreter/orchestrator"
)

// List returns every sandbox of the data folder, running or not; one that
// somebody has paused is set going again. For some
// milliseconds after Exits has told of its end, one may still seem to run.
func (e *Engine) List(ctx context.Context, dataDir string) ([]orchestrator.Sandbox, error) {
	containers, err := e.containers(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	sandboxes := make([]orchestrator.Sandbox, 0, len(containers))
	for _, summary := range containers {
		sandbox, ok := sandboxOf(summary)
		if !ok {
			e.log.Warn("a container has our label and no sandbox id or uid: left alone", "container", summary.ID)
			continue
		}
		sandboxes = append(sandboxes, sandbox)
	}
	return sandboxes, nil
}

func (e *Engine) containers(ctx context.Context, dataDir string) ([]container.Summary, error) {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	containers, err := e.calls.ContainerList(limited, container.ListOptions{All: true, Filters: ofDataDir(e.data.onHost(dataDir))})
	for _, summary := range containers {
		if summary.State == container.StatePaused {
			e.unpause(ctx, summary.Labels[labelSandbox])
		}
	}
	return containers, fault(ctx, err, "list the sandboxes")
}
