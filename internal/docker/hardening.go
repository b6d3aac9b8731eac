package docker

import (
	"fmt"
	"math"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"power-interpreter/orchestrator"
)

const (
	// The tmpfs that code may write to; both count towards its memory.
	tmpBytes  = 512 << 20
	tmpInodes = 128 << 10 // inodes are kernel memory: room for an unpacked archive, not for millions
	shmBytes  = 256 << 20 // joblib's and multiprocessing's shared arrays; Chromium's

	openFiles = 4096 // a process: ample for DuckDB and joblib, and few enough to count
	lockable  = 64 << 10
	// noCore keeps a crash from being written down anywhere. 0 would not: it
	// does not hold for a core_pattern that is a pipe, and 1 is the kernel's own
	// mark for "not even there" (fs/coredump.c).
	noCore = 1

	// oomScore lets the host's out-of-memory killer take sandboxes before its
	// services. The supervisor raises its children's further (1000 is the most).
	oomScore = 500

	// cpuPeriod is the kernel's default. A quota is set instead of the
	// engine's own NanoCpus, which is the same to the kernel, because the engine
	// refuses more NanoCpus than the host has cores: on a small host, the default.
	cpuPeriod = 100 * time.Millisecond
	minCPUs   = 0.01 // the kernel's least quota is 1 ms a period
	maxCPUs   = 1024
)

// hostConfigOf is the hardening. Whoever changes a line justifies it in the
// golden file's review.
func hostConfigOf(spec orchestrator.Spec, seccomp string) *container.HostConfig {
	return &container.HostConfig{
		NetworkMode:    "none",
		ReadonlyRootfs: true,
		CapDrop:        []string{"ALL"},
		SecurityOpt:    []string{"no-new-privileges:true", "seccomp=" + seccomp},
		MaskedPaths:    maskedPaths(),
		ReadonlyPaths:  readOnlyPaths(),
		// Namespaces of its own; those of processes, host name and users are
		// private when empty.
		IpcMode:      container.IPCModePrivate,
		CgroupnsMode: container.CgroupnsModePrivate,
		Mounts:       []mount.Mount{folderMount(spec.Folder)},
		// Code may execute from /tmp: it may from its own folder anyway, and
		// libraries compile and load modules there.
		Tmpfs:         map[string]string{"/tmp": fmt.Sprintf("rw,exec,nosuid,nodev,size=%d,nr_inodes=%d,mode=1777", tmpBytes, tmpInodes)},
		ShmSize:       shmBytes,
		Resources:     resourcesOf(spec.Limits),
		OomScoreAdj:   oomScore,
		LogConfig:     container.LogConfig{Type: "none"}, // what it says is the owner's, and unbounded
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
		AutoRemove:    false,      // its end must be seen
		Init:          new(false), // the supervisor is PID 1
		Runtime:       spec.Runtime,
	}
}

// folderMount lends a sandbox its host folder, without what may be mounted
// below, and without ever seeing a later mount. The engine's interface has no
// nosuid and nodev for it; no-new-privileges and the missing capability to
// make device nodes stand in.
func folderMount(folder string) mount.Mount {
	return mount.Mount{
		Type:   mount.TypeBind,
		Source: folder,
		Target: orchestrator.DataFolder,
		BindOptions: &mount.BindOptions{
			Propagation:  mount.PropagationRPrivate,
			NonRecursive: true,
		},
	}
}

// resourcesOf holds for cgroup v1 and v2: what only one of them knows
// (swappiness, kernel memory) is left out.
func resourcesOf(limits orchestrator.SandboxLimits) container.Resources {
	return container.Resources{
		Memory:         limits.Memory,
		MemorySwap:     limits.Memory, // memory and swap together: so, no swap
		OomKillDisable: new(false),
		CPUPeriod:      cpuPeriod.Microseconds(),
		CPUQuota:       quotaOf(limits.CPUs),
		PidsLimit:      &limits.Pids,
		// No nproc: the kernel counts it for the uid on the whole host, and
		// PidsLimit is the sandbox's own.
		Ulimits: []*container.Ulimit{
			fixed("core", noCore),
			fixed("fsize", limits.Disk),
			fixed("memlock", lockable),
			fixed("nofile", openFiles),
		},
	}
}

// quotaOf is how many microseconds of each period so many cores are.
func quotaOf(cpus float64) int64 { return int64(math.Ceil(cpus * float64(cpuPeriod.Microseconds()))) }

// fixed is a limit that code can only lower.
func fixed(name string, value int64) *container.Ulimit {
	return &container.Ulimit{Name: name, Soft: value, Hard: value}
}
