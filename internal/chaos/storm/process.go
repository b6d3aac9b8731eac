package storm

import (
	"fmt"
	"os"
	"strings"
)

// Process is what a process holds, as /proc tells it (proc_pid_status(5)).
type Process struct {
	Descriptors, Threads, KiB int
}

func (p Process) String() string {
	return fmt.Sprintf("%d descriptors, %d threads and %d MiB at rest", p.Descriptors, p.Threads, p.KiB>>10)
}

// processOf is all zeros for one that has ended.
func processOf(pid int) Process {
	var p Process
	folder := fmt.Sprintf("/proc/%d/", pid)
	open, _ := os.ReadDir(folder + "fd")
	p.Descriptors = len(open)
	status, _ := os.ReadFile(folder + "status")
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "Threads: %d", &p.Threads)
		_, _ = fmt.Sscanf(line, "VmRSS: %d", &p.KiB)
	}
	return p
}
