package docker

// maskedPaths are hidden behind an empty file or folder: the engine's default
// list, spelled out since each engine has its own, and what else tells about
// the host or its kernel. Those that a kernel does not have are skipped.
func maskedPaths() []string {
	return []string{
		"/proc/acpi",
		"/proc/asound",
		"/proc/buddyinfo",
		"/proc/cmdline",
		"/proc/config.gz",
		"/proc/consoles",
		"/proc/crypto",
		"/proc/diskstats",
		"/proc/interrupts",
		"/proc/iomem",
		"/proc/ioports",
		"/proc/kallsyms",
		"/proc/kcore",
		"/proc/key-users",
		"/proc/keys",
		"/proc/latency_stats",
		"/proc/modules",
		"/proc/pagetypeinfo",
		"/proc/partitions",
		"/proc/sched_debug",
		"/proc/schedstat",
		"/proc/scsi",
		"/proc/slabinfo",
		"/proc/softirqs",
		"/proc/swaps",
		"/proc/timer_list",
		"/proc/timer_stats",
		"/proc/vmallocinfo",
		"/proc/zoneinfo",
		"/sys/block",
		"/sys/bus",
		"/sys/dev",
		"/sys/devices/virtual/dmi",
		"/sys/devices/virtual/powercap",
		"/sys/firmware",
		"/sys/kernel",
		"/sys/module",
		"/sys/power",
	}
}

// readOnlyPaths is the engine's default list; the rest of /proc is a process's
// own, and all of /sys is mounted read-only.
func readOnlyPaths() []string {
	return []string{
		"/proc/bus",
		"/proc/fs",
		"/proc/irq",
		"/proc/sys",
		"/proc/sysrq-trigger",
	}
}
