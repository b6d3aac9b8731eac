package core

import (
	"strings"
	"syscall"
	"time"

	"power-interpreter/internal/wire"
)

// The limits that Result.Hits names.
const (
	hitOOM  = "oom"
	hitPids = "pids"
	hitDisk = "disk"
)

const (
	// slow is from when on the counters are read after a run that went well:
	// they cost as many system calls as a quick run's whole way through the
	// supervisor, and what fills a limit takes longer. What is missed so
	// shows after a later run.
	slow = 100 * time.Millisecond
	// diskFull is how few bytes a full file system still has.
	diskFull = 1 << 20
	// scratch is the sandbox's other writable place.
	scratch = "/tmp"
)

// hits names the limits met since it last looked.
func (c *Core) hits(result wire.Result, spillFull bool, took time.Duration) []string {
	if result.Status == wire.StatusOK && took < slow && !spillFull {
		return nil
	}
	now := c.group.Counts()
	var hits []string
	if now.OOMKills > c.counts.OOMKills && !isOOM(result.Death) {
		hits = append(hits, hitOOM)
	}
	if now.PidsMax > c.counts.PidsMax {
		hits = append(hits, hitPids)
	}
	if spillFull || outOfDisk(result.Error) || c.diskFull() {
		hits = append(hits, hitDisk)
	}
	c.counts = now
	return hits
}

func isOOM(d *wire.Death) bool { return d != nil && d.Cause == wire.CauseOOM }

// outOfDisk knows the two errors of a full disk by their numbers, ENOSPC and
// EDQUOT, as Python writes them: a quota shows nowhere else.
func outOfDisk(f *wire.Failure) bool {
	return f != nil && (strings.Contains(f.Message, "[Errno 28]") || strings.Contains(f.Message, "[Errno 122]"))
}

func (c *Core) diskFull() bool {
	return full(scratch) || c.session != nil && full(c.session.Folder)
}

func full(folder string) bool {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil || s.Blocks == 0 {
		return false
	}
	return s.Bavail*uint64(s.Bsize) < diskFull
}
