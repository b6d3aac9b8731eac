package main

import (
	"io"
	"net"
	"os"
	"strings"
)

// Facts are what the tests compare.
type Facts struct {
	UID, GID   int
	Groups     []int
	PID        int
	Hostname   string
	Status     map[string]string // of /proc/self/status
	Interfaces map[string]string // name to flags
	Mounts     map[string]string // mount point to options
	Writable   map[string]bool   // place to whether a file could be made there
	Readable   map[string]int    // masked path to bytes or entries read, -1 for an error
	Limits     map[string]string // of /proc/self/limits, as "soft hard"
	Env        []string
	Calls      map[string]string // system call to how it ended
	Cgroup     map[string]string // limit to the value of its file
	OOMScore   string
}

func facts() Facts {
	name, _ := os.Hostname()
	groups, _ := os.Getgroups()
	return Facts{
		UID: os.Getuid(), GID: os.Getgid(), Groups: groups, PID: os.Getpid(), Hostname: name,
		Status: table("/proc/self/status", ":"), Interfaces: interfaces(), Mounts: mounts(),
		Writable: writable(), Readable: readable(), Limits: limits(), Env: os.Environ(),
		Calls: calls(), Cgroup: cgroup(), OOMScore: read("/proc/self/oom_score_adj"),
	}
}

func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func table(path, separator string) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(read(path)) {
		if key, value, ok := strings.Cut(line, separator); ok {
			rows[key] = strings.TrimSpace(value)
		}
	}
	return rows
}

func limits() map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(read("/proc/self/limits")) {
		// "Max open files            4096                 4096                 files"
		if len(line) > 68 {
			rows[strings.TrimSpace(line[:26])] = strings.TrimSpace(line[26:47]) + " " + strings.TrimSpace(line[47:68])
		}
	}
	return rows
}

func interfaces() map[string]string {
	found := map[string]string{}
	list, err := net.Interfaces()
	if err != nil {
		found["error"] = err.Error()
	}
	for _, each := range list {
		found[each.Name] = each.Flags.String()
	}
	return found
}

func mounts() map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(read("/proc/mounts")) {
		if fields := strings.Fields(line); len(fields) > 3 {
			found[fields[1]] = fields[2] + " " + fields[3]
		}
	}
	return found
}

func writable() map[string]bool {
	found := map[string]bool{}
	for _, place := range []string{"/", "/etc", "/dev", "/app", "/app/sandbox_data", "/app/sandbox_data/session", "/tmp", "/dev/shm", "/proc/sys", "/sys"} {
		file, err := os.Create(place + "/probe")
		found[place] = err == nil
		if err == nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}
	return found
}

func readable() map[string]int {
	found := map[string]int{}
	for _, path := range []string{
		"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/kallsyms", "/proc/modules", "/proc/cmdline",
		"/proc/interrupts", "/proc/sched_debug", "/proc/partitions", "/sys/firmware", "/sys/kernel", "/sys/module",
		"/sys/devices/virtual/powercap", "/sys/devices/virtual/dmi",
	} {
		if _, err := os.Lstat(path); err != nil {
			continue // this kernel has none
		}
		found[path] = size(path)
	}
	return found
}

func size(path string) int {
	file, err := os.Open(path)
	if err != nil {
		return -1
	}
	defer file.Close()
	if entries, err := file.Readdirnames(-1); err == nil {
		return len(entries)
	}
	text, _ := io.ReadAll(io.LimitReader(file, 1024))
	return len(text)
}

// cgroup reads the limits where either version of cgroups has them.
func cgroup() map[string]string {
	first := func(paths ...string) string {
		for _, path := range paths {
			if text := read("/sys/fs/cgroup/" + path); text != "" {
				return text
			}
		}
		return ""
	}
	return map[string]string{
		"memory": first("memory/memory.limit_in_bytes", "memory.max"),
		"swap":   first("memory/memory.memsw.limit_in_bytes", "memory.swap.max"),
		"pids":   first("pids/pids.max", "pids.max"),
		"cpu":    first("cpu/cpu.cfs_quota_us", "cpu.max"),
	}
}
