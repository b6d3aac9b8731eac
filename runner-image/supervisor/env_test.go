package main

import (
	"slices"
	"strings"
	"testing"
)

func TestTheZygotesEnvironmentReplacesWhatMustBeSet(t *testing.T) {
	env := environment([]string{"PATH=/bin", "HOME=/root", "OMP_NUM_THREADS=64", "EMPTY=", "odd"}, "2")
	for _, want := range []string{"PATH=/bin", "EMPTY=", "odd", "HOME=/tmp/home", "TMPDIR=/tmp", "OMP_NUM_THREADS=2", "PYTHON_CPU_COUNT=2"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %v", want, env)
		}
	}
	for _, gone := range []string{"HOME=/root", "OMP_NUM_THREADS=64"} {
		if slices.Contains(env, gone) {
			t.Errorf("still %s", gone)
		}
	}
}

func TestWithoutANumberOfProcessorsThreadPoolsAreLeftAlone(t *testing.T) {
	for _, cpus := range []string{"", "1.5", "-1", "many"} {
		if env := strings.Join(environment([]string{"OMP_NUM_THREADS=3"}, cpus), " "); !strings.Contains(env, "OMP_NUM_THREADS=3") {
			t.Errorf("%q: %s", cpus, env)
		}
	}
}
