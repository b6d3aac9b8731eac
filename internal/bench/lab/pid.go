package lab

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listening is the state of a listening socket in /proc/net/tcp (proc(5),
// include/net/tcp_states.h).
const listening = "0A"

// pidOf finds the process that listens at a URL, on this host.
func pidOf(address string) (int, error) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return 0, err
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) > 9 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) && f[3] == listening {
			return holder("socket:[" + f[9] + "]")
		}
	}
	return 0, fmt.Errorf("nothing listens on port %d", port)
}

func holder(socket string) (int, error) {
	descriptors, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0, err
	}
	for _, d := range descriptors {
		if target, err := os.Readlink(d); err == nil && target == socket {
			return strconv.Atoi(strings.Split(d, "/")[2])
		}
	}
	return 0, fmt.Errorf("nobody holds %s", socket)
}
