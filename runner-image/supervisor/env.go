package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	// home lies on the sandbox's scratch space, as nothing else but the
	// session's folder can be written.
	home    = "/tmp/home"
	scratch = "/tmp"
)

// threadPools are the variables by which the interpreter and libraries learn
// how many threads to use. They must be set before either starts.
var threadPools = []string{
	"PYTHON_CPU_COUNT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
	"NUMEXPR_MAX_THREADS", "LOKY_MAX_CPU_COUNT",
}

// environment is the zygote's: the container's own, with the places to write
// to, and thread pools of cpus (POWER_CPUS), not of the host's processors.
func environment(container []string, cpus string) []string {
	set := map[string]string{
		"HOME":         home,
		"TMPDIR":       scratch,
		"MPLCONFIGDIR": filepath.Join(home, ".config", "matplotlib"),
	}
	if n, err := strconv.Atoi(cpus); err == nil && n > 0 {
		for _, name := range threadPools {
			set[name] = cpus
		}
	}
	env := slices.DeleteFunc(slices.Clone(container), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		_, replaced := set[name]
		return replaced
	})
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}
