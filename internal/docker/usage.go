package docker

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"power-interpreter/internal/cgroup"
	"power-interpreter/orchestrator"
)

// maxStats bounds the engine's answer, in bytes: 2 KB and a line for each core.
const maxStats = 1 << 20

// Usage tells what a sandbox takes of the host: the engine's word on the
// container, and its cgroup's figures, from the host's kernel where this process
// sees them and else by the engine. It waits for nothing in the sandbox and
// changes nothing, so that one that is paused stays so.
func (e *Engine) Usage(ctx context.Context, id string) (orchestrator.Usage, error) {
	name, err := containerName(id)
	if err != nil {
		return orchestrator.Usage{}, err
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	about, err := e.calls.ContainerInspect(limited, name)
	switch {
	case cerrdefs.IsNotFound(err):
		return orchestrator.Usage{}, orchestrator.Hide(orchestrator.CodeNotFound, err, "the engine has no container of it now")
	case err != nil:
		return orchestrator.Usage{}, fault(ctx, err, "tell of a sandbox")
	case about.ContainerJSONBase == nil || about.State == nil || about.Config == nil || about.HostConfig == nil:
		return orchestrator.Usage{}, orchestrator.Errorf(orchestrator.CodeUnavailable, "the Docker engine tells nothing of the container")
	}
	figures, err := cgroup.Read(e.root, about.State.Pid, about.ID)
	if err != nil && about.State.Running {
		figures, err = e.stats(limited, name)
	}
	if err != nil && about.State.Running {
		return orchestrator.Usage{}, fault(ctx, err, "measure a sandbox")
	}
	started, _ := time.Parse(time.RFC3339Nano, about.State.StartedAt) // zero for what is no time
	return orchestrator.Usage{
		State: string(about.State.Status), Started: started, Image: about.Config.Image, Runtime: about.HostConfig.Runtime,
		Memory: figures.Memory, Peak: figures.Peak, CPU: figures.CPU, Pids: figures.Pids,
	}, nil
}

// stats has the engine read the cgroup, once: it takes up to a second, since the
// engine reads all of them at intervals (20.10: 1 ms to 1 s).
func (e *Engine) stats(ctx context.Context, name string) (cgroup.Reading, error) {
	answer, err := e.calls.ContainerStatsOneShot(ctx, name)
	if err != nil {
		return cgroup.Reading{}, err
	}
	defer answer.Body.Close()
	var s container.StatsResponse
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxStats)).Decode(&s); err != nil {
		return cgroup.Reading{}, err
	}
	return readingOf(s), nil
}

// readingOf keeps what is told. Zeroes are of a container that has just ended:
// none that runs has any.
func readingOf(s container.StatsResponse) cgroup.Reading {
	return cgroup.Reading{
		Memory: told(s.MemoryStats.Usage - inactive(s.MemoryStats)),
		Peak:   told(s.MemoryStats.MaxUsage), // of version 1 alone
		CPU:    time.Duration(told(s.CPUStats.CPUUsage.TotalUsage)),
		Pids:   told(s.PidsStats.Current),
	}
}

func told(n uint64) int64 {
	if n == 0 || n > math.MaxInt64 {
		return -1
	}
	return int64(n)
}

// inactive is the file cache that nobody has used lately; see cgroup.Reading.
func inactive(m container.MemoryStats) uint64 {
	for _, name := range []string{"total_inactive_file", "inactive_file"} { // version 1, 2
		if n, told := m.Stats[name]; told && n < m.Usage {
			return n
		}
	}
	return 0
}
