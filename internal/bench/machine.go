package bench

import (
	"os"
	"runtime"
	"strings"
)

// Machine is where a run was made, and how busy it was: figures of a loaded
// machine say little.
type Machine struct {
	Cores      int    `json:"cores"`
	Processor  string `json:"processor"`
	Kernel     string `json:"kernel"`
	LoadBefore string `json:"load_before"` // the load averages of proc(5)
	LoadAfter  string `json:"load_after"`
}

// ThisMachine describes the machine, before a run.
func ThisMachine() Machine {
	return Machine{Cores: runtime.NumCPU(), Processor: processor(), Kernel: line("/proc/sys/kernel/osrelease"), LoadBefore: Load()}
}

// Load is the load averages of the last 1, 5 and 15 minutes (proc(5)).
func Load() string {
	fields := strings.Fields(line("/proc/loadavg"))
	return strings.Join(fields[:min(3, len(fields))], " ")
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	first, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(first, "\t :")
}

// line is the content of a file of one line, or nothing.
func line(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}
