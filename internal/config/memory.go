package config

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
)

// hostMemory is this host's memory in bytes (proc(5), /proc/meminfo), without
// bound where it cannot be read.
func hostMemory() Size {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if kb, found := strings.CutPrefix(lines.Text(), "MemTotal:"); found {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 10, 64)
			if err == nil {
				return Size(n << 10)
			}
		}
	}
	return math.MaxInt64
}
