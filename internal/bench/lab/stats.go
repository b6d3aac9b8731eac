package lab

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// usage is what is used of the engine's statistics of a container.
type usage struct {
	CPU struct {
		Usage struct {
			Total uint64 `json:"total_usage"` // nanoseconds
		} `json:"cpu_usage"`
	} `json:"cpu_stats"`
	Memory struct {
		Usage uint64            `json:"usage"`
		Stats map[string]uint64 `json:"stats"`
	} `json:"memory_stats"`
}

func (e *Engine) usage(ctx context.Context, id string) (usage, error) {
	var u usage
	return u, e.call(ctx, http.MethodGet, "/containers/"+id+"/stats?stream=false&one-shot=true", nil, &u)
}

// Memory is what a container takes, in bytes: all that its cgroup is charged
// but for pages of files, which belong to whoever read them first, and which
// the kernel takes back when it likes.
func (e *Engine) Memory(ctx context.Context, id string) (float64, error) {
	u, err := e.usage(ctx, id)
	return u.memory(), err
}

func (u usage) memory() float64 {
	file := u.Memory.Stats["total_active_file"] + u.Memory.Stats["total_inactive_file"] // cgroup v1
	if _, v1 := u.Memory.Stats["total_rss"]; !v1 {
		file = u.Memory.Stats["active_file"] + u.Memory.Stats["inactive_file"]
	}
	return float64(u.Memory.Usage - min(file, u.Memory.Usage))
}

// sample is a container's usage at some time, or why there is none.
type sample struct {
	usage
	at  time.Time
	err error
}

// usages asks for all containers at once: the engine answers with its next
// collection, which it makes once a second, so that each would take up to a
// second in turn (forty took half a minute).
func (e *Engine) usages(ctx context.Context, ids []string) []sample {
	samples := make([]sample, len(ids))
	var group sync.WaitGroup
	for i, id := range ids {
		group.Go(func() {
			u, err := e.usage(ctx, id)
			samples[i] = sample{u, time.Now(), err}
		})
	}
	group.Wait()
	return samples
}

// SandboxesUse is what all sandboxes of a server take, in bytes, and what they
// have used of processors since their starts.
func (s *Server) SandboxesUse(ctx context.Context) (memory float64, work time.Duration, err error) {
	ids, err := s.Sandboxes(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, u := range s.engine.usages(ctx, ids) {
		if u.err != nil {
			return 0, 0, u.err
		}
		memory += u.memory()
		work += time.Duration(u.CPU.Usage.Total)
	}
	return memory, work, nil
}

// Memory is the server's own resident memory, in bytes.
func (s *Server) Memory() (float64, error) {
	return status(fmt.Sprintf("/proc/%d/", s.Pid), "VmRSS:")
}
