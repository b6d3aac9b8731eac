// Package cgroup reads, from the host's side, what a process's control group
// takes. The kernel keeps the figures: reading them asks nothing of what runs
// in the group, be it busy, frozen or hung. Both hierarchies are known: version 1
// (https://docs.kernel.org/admin-guide/cgroup-v1/) and version 2
// (https://docs.kernel.org/admin-guide/cgroup-v2.html).
package cgroup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Reading is what a group takes. A figure that the kernel does not tell is -1.
type Reading struct {
	Memory int64         // bytes, without the file cache that was not used lately
	Peak   int64         // bytes, the most that was ever held, all cache included; version 2 tells it since Linux 5.19
	CPU    time.Duration // worked, over all cores
	Pids   int64         // processes and threads
}

// ErrElsewhere says that the process is not this host's, or not the container's
// any more, or that its group is not to be seen from here.
var ErrElsewhere = errors.New("the container's control group is not to be seen from here")

// mount is where the hierarchies are, relative to the root (systemd and every
// engine's own set-up have it so).
const mount = "sys/fs/cgroup"

// Read reads the group of a container's process below root, which is the host's
// "/". The engine told pid and the container's id. An engine may run in another
// pid namespace than this process: so the group must name the container.
func Read(root fs.FS, pid int, container string) (Reading, error) {
	r := Reading{Memory: -1, Peak: -1, CPU: -1, Pids: -1}
	lines, err := fs.ReadFile(root, fmt.Sprintf("proc/%d/cgroup", pid))
	if err != nil || container == "" {
		return r, fmt.Errorf("%w: %w", ErrElsewhere, err)
	}
	groups := groupsOf(string(lines), container)
	if len(groups) == 0 {
		return r, ErrElsewhere
	}
	in := reader{root, groups}
	r.Memory, r.Peak, r.CPU, r.Pids = in.memory(), in.peak(), in.cpu(), in.pids()
	if r.Memory < 0 {
		return r, ErrElsewhere
	}
	return r, nil
}

// groupsOf returns the folder of each controller's group, and of version 2's
// under "", from the lines of /proc/PID/cgroup (cgroups(7)).
func groupsOf(lines, container string) map[string]string {
	groups := map[string]string{}
	for line := range strings.Lines(lines) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 || !strings.Contains(parts[2], container) {
			continue
		}
		for _, controller := range strings.Split(parts[1], ",") {
			groups[controller] = path.Join(mount, controller, parts[2])
		}
	}
	return groups
}

// reader reads the files of a process's groups.
type reader struct {
	root   fs.FS
	groups map[string]string
}

// either is a figure of version 1's controller, else of version 2's group.
func (r reader) either(controller, file1, file2 string) int64 {
	if dir, is := r.groups[controller]; is {
		return r.number(dir, file1)
	}
	return r.number(r.groups[""], file2)
}

func (r reader) number(dir, file string) int64 {
	text, err := fs.ReadFile(r.root, path.Join(dir, file))
	if err != nil {
		return -1
	}
	return whole(string(bytes.TrimSpace(text)))
}

func (r reader) memory() int64 {
	used := r.either("memory", "memory.usage_in_bytes", "memory.current")
	idle := r.listed("memory", "memory.stat", "total_inactive_file", "inactive_file")
	if used < 0 || idle < 0 || idle > used {
		return used
	}
	return used - idle
}

func (r reader) peak() int64 {
	return r.either("memory", "memory.max_usage_in_bytes", "memory.peak")
}

func (r reader) cpu() time.Duration {
	if dir, is := r.groups["cpuacct"]; is {
		return time.Duration(r.number(dir, "cpuacct.usage")) // in nanoseconds; -1 stays so
	}
	worked := r.listed("", "cpu.stat", "", "usage_usec")
	if worked < 0 {
		return -1
	}
	return time.Duration(worked) * time.Microsecond
}

func (r reader) pids() int64 { return r.either("pids", "pids.current", "pids.current") }

// listed is a figure from a file of "name value" lines, by its name in either
// version.
func (r reader) listed(controller, file, name1, name2 string) int64 {
	dir, name := r.groups[controller], name1
	if dir == "" || controller == "" {
		dir, name = r.groups[""], name2
	}
	text, err := fs.ReadFile(r.root, path.Join(dir, file))
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, name+" "); is {
			return whole(strings.TrimSpace(value))
		}
	}
	return -1
}

// whole is a number that is not negative, else -1.
func whole(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}
