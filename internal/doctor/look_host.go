package doctor

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lookHost reads what the kernel tells below root, which is "/".
func lookHost(root string) Host {
	in := hostFiles(root)
	h := Host{
		PIDs: in.number("proc/sys/kernel/pid_max"), Threads: in.number("proc/sys/kernel/threads-max"),
		Watches: in.number("proc/sys/fs/inotify/max_user_watches"), Watchers: in.number("proc/sys/fs/inotify/max_user_instances"),
		Keys: in.number("proc/sys/kernel/keys/root_maxkeys"), Synchronised: synchronised(),
	}
	h.Memory, h.Available, h.Swap = in.meminfo()
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		h.Descriptors = int64(min(limit.Max, 1<<62)) // Go raises the soft limit to the hard one
	}
	return h
}

type hostFiles string

func (in hostFiles) text(path string) string {
	data, err := os.ReadFile(filepath.Join(string(in), path))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// number is a file's number, or 0 where there is none.
func (in hostFiles) number(path string) int64 {
	n, err := strconv.ParseInt(in.text(path), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// meminfo reads proc(5), /proc/meminfo, whose figures are in KiB.
func (in hostFiles) meminfo() (total, available, swap int64) {
	for line := range strings.Lines(in.text("proc/meminfo")) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		n, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			continue
		}
		switch words[0] {
		case "MemTotal:":
			total = n << 10
		case "MemAvailable:":
			available = n << 10
		case "SwapTotal:":
			swap = n << 10
		}
	}
	return total, available, swap
}

// unsynchronised is the kernel's STA_UNSYNC (adjtimex(2)).
const unsynchronised = 0x40

// synchronised asks the kernel whether anything keeps its clock; nil where it
// does not say. With no mode set, adjtimex only reads.
func synchronised() *bool {
	var t syscall.Timex
	if _, err := syscall.Adjtimex(&t); err != nil {
		return nil
	}
	kept := t.Status&unsynchronised == 0
	return &kept
}
