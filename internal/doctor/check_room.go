package doctor

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// leastDisk is what the server needs to work at all: its database, and a
// session's first files. In bytes.
const leastDisk = 256 << 20

func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// disk holds the free space against what sessions may take, and says what
// bounds a session.
func disk(f Facts) []Finding {
	d, c := f.Folder, f.Config
	if f.elsewhere() || d.Err != nil || d.Total == 0 {
		return nil
	}
	bound := "each session is held to " + size(int64(c.SessionDisk)) + " by the watchdog in its sandbox, a few times a second; quotas of the file system are not used"
	wanted := int64(c.SessionDisk) * int64(c.MaxSessions)
	free := fmt.Sprintf("%s of %s free", size(d.Free), size(d.Total))
	switch {
	case d.Free < leastDisk:
		return one(fail("disk", free, "files and results cannot be kept", "df -h "+either(d.Mount, d.Path)+"; free some"))
	case d.Inodes >= 0 && d.Inodes < 10_000:
		return one(warn("disk", fmt.Sprintf("%s, and %d more files", free, d.Inodes), "sessions will soon be unable to make files", "df -i "+either(d.Mount, d.Path)))
	case d.Free < wanted:
		return one(warn("disk", fmt.Sprintf("%s, and %d sessions may take %s", free, c.MaxSessions, size(wanted)), bound, "lower SESSION_DISK or MAX_SESSIONS, or free some"))
	}
	return one(ok("disk", fmt.Sprintf("%s, and %d sessions may take %s", free, c.MaxSessions, size(wanted)), bound))
}

// memory holds the host's against what sandboxes may take.
func memory(f Facts) []Finding {
	h, c := f.Host, f.Config
	if f.elsewhere() {
		return nil
	}
	if h.Memory == 0 {
		return one(skip("memory", "the host's memory could not be seen", ""))
	}
	wanted := int64(c.SessionMemory) * f.sandboxes()
	if e := f.Engine.Bytes; f.engineKnown() && e > 0 && e < h.Memory*9/10 { // a virtual machine's, or a container's
		return one(warn("memory", fmt.Sprintf("the engine has %s, this host %s; %d sandboxes may take %s", size(e), size(h.Memory), f.sandboxes(), size(wanted)),
			"the engine is not on this host itself, and SESSION_MEMORY was lowered by the wrong one's", fmt.Sprintf("set SESSION_MEMORY to at most %s", size(e/int64(max(c.MaxSessions, 1))))))
	}
	what := fmt.Sprintf("%s, %s of it free, swap %s; %d sandboxes may take %s", size(h.Memory), size(h.Available), size(h.Swap), f.sandboxes(), size(wanted))
	switch {
	case h.Available < int64(c.SessionMemory):
		return one(warn("memory", what, "not even one full sandbox has room now", "free some, or lower SESSION_MEMORY"))
	case wanted > h.Memory:
		return one(warn("memory", what, "if all were full, the host's out-of-memory killer would take sandboxes", "lower SESSION_MEMORY or MAX_SESSIONS"))
	}
	return one(ok("memory", what, ""))
}

// cores holds the host's against what one sandbox may take.
func cores(f Facts) []Finding {
	if !f.engineKnown() || f.Engine.Cores == 0 {
		return nil
	}
	what := fmt.Sprintf("%d of the host, each sandbox may take %v", f.Engine.Cores, f.Config.SessionCPUs)
	if f.Config.SessionCPUs > float64(f.Engine.Cores) {
		return one(warn("cores", what, "libraries start more threads than there are cores, and get slower", fmt.Sprintf("set SESSION_CPUS=%d", f.Engine.Cores)))
	}
	return one(ok("cores", what, "sandboxes share them when all are busy"))
}

// processes holds the host's counts against what sandboxes may take.
func processes(f Facts) []Finding {
	h, wanted := f.Host, f.Config.SessionPids*f.sandboxes()
	if f.elsewhere() {
		return nil
	}
	if h.PIDs == 0 {
		return one(skip("processes", "kernel.pid_max could not be seen", ""))
	}
	most := h.PIDs
	if h.Threads > 0 {
		most = min(most, h.Threads)
	}
	what := fmt.Sprintf("the host has room for %d, sandboxes may take %d", most, wanted)
	if wanted > most/2 { // the host and its services want some
		return one(warn("processes", what, "full sandboxes could keep the host from starting anything", fmt.Sprintf("sysctl -w kernel.pid_max=%d, or lower SESSION_PIDS", 4*wanted)))
	}
	return one(ok("processes", what, ""))
}

// What the server opens, at most, beside its sandboxes (listener, database,
// transfers, clients), and for each (attachment, folder, files in transfer).
const (
	descriptorsBase = 256
	descriptorsEach = 16
)

// descriptors holds the process's limit against what it needs.
func descriptors(f Facts) []Finding {
	wanted := descriptorsBase + descriptorsEach*f.sandboxes()
	what := fmt.Sprintf("this process may open %d, and needs up to %d", f.Host.Descriptors, wanted)
	switch {
	case f.Host.Descriptors == 0:
		return one(skip("descriptors", "RLIMIT_NOFILE could not be seen", ""))
	case f.Host.Descriptors < wanted:
		return one(warn("descriptors", what, "calls will fail when it is busy", fmt.Sprintf("ulimit -n %d, or LimitNOFILE=%d in the unit", 4*wanted, 4*wanted)))
	}
	return one(ok("descriptors", what, ""))
}

// watches holds inotify's against containers: the engine watches each one's
// memory events with an instance of its own.
func watches(f Facts) []Finding {
	h := f.Host
	if f.elsewhere() {
		return nil
	}
	if h.Watchers == 0 {
		return one(skip("inotify", "fs.inotify could not be seen", ""))
	}
	wanted := 2*f.sandboxes() + 32 // and those of the host's services
	what := fmt.Sprintf("a user may have %d instances and %d watches, of which sandboxes need up to %d", h.Watchers, h.Watches, wanted)
	if h.Watchers < wanted && (f.Engine.Cgroup == "2" || !f.engineKnown()) { // version 1 has no such events
		return one(warn("inotify", what, "the engine may fail to start further sandboxes (too many open files)", fmt.Sprintf("sysctl -w fs.inotify.max_user_instances=%d", 4*wanted)))
	}
	return one(ok("inotify", what, ""))
}

// keyrings: the engine's runtime makes one for each container.
func keyrings(f Facts) []Finding {
	h := f.Host
	if f.elsewhere() {
		return nil
	}
	if h.Keys == 0 {
		return one(skip("keyrings", "kernel.keys could not be seen", ""))
	}
	what := fmt.Sprintf("root may have %d keys, and each sandbox takes one", h.Keys)
	if h.Keys < 2*f.sandboxes() {
		return one(warn("keyrings", what, "the engine may fail to start further sandboxes (disk quota exceeded)", "sysctl -w kernel.keys.root_maxkeys=1000000"))
	}
	return one(ok("keyrings", what, ""))
}

// sane is before this program existed: a clock that shows less was never set.
var sane = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// drift is how far the engine's clock may be from ours: both are this host's, so
// any difference is the time that the answer took.
const drift = 5 * time.Second

// clock tells of the host's, by which retention and links expire.
func clock(f Facts) []Finding {
	set := "timedatectl set-ntp true"
	now := f.Now.UTC().Format(time.RFC3339)
	if f.Now.Before(sane) {
		return one(fail("clock", "it is "+now+" here", "links, keys' certificates and retention go by it", set))
	}
	if f.engineKnown() && !f.Engine.Clock.IsZero() {
		if apart := f.Engine.Clock.Sub(f.Now).Abs(); apart > drift {
			return one(warn("clock", fmt.Sprintf("the engine's is %v from this process's", apart.Round(time.Second)), "the engine is not on this host, or one of the two was set by hand", "let NTP set both"))
		}
	}
	switch s := f.Host.Synchronised; {
	case s == nil:
		return one(ok("clock", now, "whether NTP keeps it could not be seen"))
	case !*s:
		return one(ok("clock", now+", not kept by NTP as far as the kernel knows", "links and retention go by it"))
	}
	return one(ok("clock", now+", kept by NTP", ""))
}
