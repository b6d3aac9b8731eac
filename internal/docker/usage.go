package docker

import (
	"context"
	"encoding/json"
	"io"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"power-interpreter/orchestrator"
)

// maxStats bounds the engine's answer, in bytes: 2 KB and a line for each core.
const maxStats = 1 << 20

// Usage asks the engine what a sandbox takes of the host: its word on the
// container, and one reading of its cgroup. It waits for nothing in the sandbox
// and changes nothing, so that one that is paused stays so.
func (e *Engine) Usage(ctx context.Context, id string) (orchestrator.Usage, error) {
	name, err := containerName(id)
	if err != nil {
		return orchestrator.Usage{}, err
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	about, err := e.calls.ContainerInspect(limited, name)
	if cerrdefs.IsNotFound(err) {
		return orchestrator.Usage{}, orchestrator.Hide(orchestrator.CodeNotFound, err, "the engine has no container of it now")
	}
	if err != nil {
		return orchestrator.Usage{}, fault(ctx, err, "tell of a sandbox")
	}
	stats, err := e.stats(limited, name)
	if err != nil {
		return orchestrator.Usage{}, fault(ctx, err, "measure a sandbox")
	}
	return usageOf(about, stats), nil
}

// stats is one reading, without the second that the engine else waits for
// another (one-shot, API 1.41).
func (e *Engine) stats(ctx context.Context, name string) (s container.StatsResponse, err error) {
	answer, err := e.calls.ContainerStatsOneShot(ctx, name)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	return s, json.NewDecoder(io.LimitReader(answer.Body, maxStats)).Decode(&s)
}

// usageOf puts the two together. An engine that could not read the cgroup (the
// container has just ended) tells zeroes, which no running container has.
func usageOf(about container.InspectResponse, s container.StatsResponse) orchestrator.Usage {
	u := orchestrator.Usage{Memory: -1, Peak: -1, CPU: -1, Pids: -1}
	if about.ContainerJSONBase != nil && about.State != nil {
		u.State = string(about.State.Status)
		u.Started, _ = time.Parse(time.RFC3339Nano, about.State.StartedAt)
	}
	if about.ContainerJSONBase != nil && about.HostConfig != nil {
		u.Runtime = about.HostConfig.Runtime
	}
	if about.Config != nil {
		u.Image = about.Config.Image
	}
	if s.MemoryStats.Usage > 0 {
		u.Memory = int64(s.MemoryStats.Usage - inactive(s.MemoryStats))
	}
	if s.MemoryStats.MaxUsage > 0 { // of cgroup v1 alone
		u.Peak = int64(s.MemoryStats.MaxUsage)
	}
	if s.CPUStats.CPUUsage.TotalUsage > 0 {
		u.CPU = time.Duration(s.CPUStats.CPUUsage.TotalUsage) // nanoseconds
	}
	if s.PidsStats.Current > 0 {
		u.Pids = int64(s.PidsStats.Current)
	}
	return u
}

// inactive is the file cache that nobody has used lately, which the host would
// give up before anything of the sandbox: `docker stats` leaves it out too.
func inactive(m container.MemoryStats) uint64 {
	for _, name := range []string{"total_inactive_file", "inactive_file"} { // cgroup v1, v2
		if n, told := m.Stats[name]; told && n < m.Usage {
			return n
		}
	}
	return 0
}
