package orchestrator

import (
	"context"
	"errors"
	"time"
)

// gauges are what is measured of a session. Orchestrator.mu guards them.
type gauges struct {
	sandbox measured[Usage]
	disk    measured[diskUsage]
}

// staleAfter is how old a measurement may be and still be told as now.
const staleAfter = 15 * time.Second

// tellSandbox puts what is known of the sandbox into i, and why not what is not.
func (g *gauges) tellSandbox(i *Inspection, now time.Time) {
	m := &g.sandbox
	if reason := m.missing(now, staleAfter); reason != "" {
		i.Unknown = append(i.Unknown, "memory, cpu, pids: "+reason)
		return
	}
	u := m.value
	i.Memory.Now, i.Memory.Peak, i.Pids.Now = number(u.Memory), number(u.Peak), number(u.Pids)
	if u.CPU >= 0 {
		seconds := u.CPU.Seconds()
		i.CPU.Seconds, i.CPU.Cores = &seconds, g.cores()
	}
	i.Sandbox = &Container{State: u.State, Started: u.Started, Image: u.Image, Runtime: u.Runtime}
	if u.State == "paused" {
		i.Unknown = append(i.Unknown, "the sandbox is paused: whoever did that must unpause it, or reset or delete the session")
	}
}

// cores is the work a second between the last two measurements of one sandbox.
func (g *gauges) cores() *float64 {
	m := &g.sandbox
	took := m.at.Sub(m.beforeAt).Seconds()
	if m.beforeAt.IsZero() || took <= 0 || !m.before.Started.Equal(m.value.Started) || m.value.CPU < m.before.CPU {
		return nil
	}
	cores := (m.value.CPU - m.before.CPU).Seconds() / took
	return &cores
}

// tellDisk puts what is known of the folder into i. It may be old: its age is told.
func (g *gauges) tellDisk(i *Inspection, now time.Time) {
	m := &g.disk
	if m.at.IsZero() {
		i.Unknown = append(i.Unknown, "disk: "+m.missing(now, walkTime))
		return
	}
	age := now.Sub(m.at).Seconds()
	i.Disk.Bytes, i.Disk.Files, i.Disk.Complete, i.Disk.Age = number(m.value.bytes), number(m.value.files), m.value.complete, &age
}

// missing says why there is no figure that is not older than most; empty if
// there is.
func (m *measured[T]) missing(now time.Time, most time.Duration) string {
	switch {
	case !m.at.IsZero() && now.Sub(m.at) <= most:
		return ""
	case m.err != nil && !isTimeout(m.err):
		return AsError(m.err).Message
	default:
		return "not measured within the time that a listing takes; the next may have it"
	}
}

// number is a copy, nil for one that is not known.
func number(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

// isTimeout says whether an attempt ran out of its own time.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
