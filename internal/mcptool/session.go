package mcptool

import (
	"fmt"
	"time"

	"power-interpreter/orchestrator"
)

// sessionAnswer is a session.
type sessionAnswer struct {
	SessionID string        `json:"session_id"`
	State     string        `json:"state"`
	Folder    string        `json:"folder"`
	Created   string        `json:"created,omitempty"` // RFC 3339
	Limits    sessionLimits `json:"limits"`
	noticed
}

// sessionLimits bound the session's sandbox.
type sessionLimits struct {
	Memory int64   `json:"memory_bytes"`
	CPUs   float64 `json:"cpus"`
	Pids   int64   `json:"pids"`
	Disk   int64   `json:"disk_bytes"`
}

var sessionSchema = structure(has("session_id", aString), has("state", aString), has("folder", aString), maybe("created", aString),
	has("limits", object(has("memory_bytes", anInt), has("cpus", aNumber), has("pids", anInt), has("disk_bytes", anInt))))

// sessionReply renders a session after what was done to it.
func (c *call) sessionReply(s orchestrator.Session, done string) reply {
	a := &sessionAnswer{SessionID: s.ID, State: string(s.State), Folder: s.Folder, Limits: sessionLimits(s.Limits)}
	if !s.Created.IsZero() {
		a.Created = s.Created.UTC().Format(time.RFC3339)
	}
	words := fmt.Sprintf("%s Its folder in code is %s. Limits: %s of memory, %g CPUs, %d processes and threads, %s of files in all.",
		done, a.Folder, brief(a.Limits.Memory), a.Limits.CPUs, a.Limits.Pids, brief(a.Limits.Disk))
	return reply{text: words, data: a}
}
