package core_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"power-interpreter/runner-image/supervisor/internal/core"
	"power-interpreter/runner-image/supervisor/internal/guard"
)

// The test binary plays every part: started again with one of these as its
// role, it is the supervisor under test, its zygote, a kernel, or a process
// that a kernel leaves behind.
const (
	role       = "TEST_ROLE"
	supervisor = "supervisor"
	fakeZygote = "zygote"
	fakeKernel = "kernel"
	leftover   = "leftover"
	// heavy are the MiB that a leftover takes, before it makes a file of that
	// name: it does not die at once.
	heavy = "TEST_HEAVY"

	cgroupDir = "TEST_CGROUP"
	pingMS    = "TEST_PING_MS"
	forkMS    = "TEST_FORK_MS"
	cold      = "TEST_COLD"      // the zygote never gets warm
	lateWarm  = "TEST_LATE_WARM" // only when it has forked
)

// orphansGoTo is PR_SET_CHILD_SUBREAPER: what PID 1 is in a container.
const orphansGoTo = 36

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case supervisor:
		fail(supervise())
	case fakeZygote:
		fail(zygoteMain())
	case fakeKernel:
		fail(kernelMain())
	case leftover:
		stay()
	default:
		os.Exit(m.Run())
	}
}

func stay() {
	mib, err := strconv.Atoi(os.Getenv(heavy))
	if err == nil {
		taken, err := syscall.Mmap(-1, 0, mib<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		fail(err)
		const page = 4 << 10
		for i := 0; i < len(taken); i += page {
			taken[i] = 1
		}
		fail(os.WriteFile("heavy", nil, 0o600))
	}
	time.Sleep(time.Minute)
}

// as is the environment in which this binary plays a part.
func as(part string, more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, role+"=") })
	return append(append(env, role+"="+part), more...)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func supervise() error {
	if err := guard.Raise(); err != nil {
		return err
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, orphansGoTo, 1, 0); errno != 0 {
		return errno
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	patience := core.DefaultPatience()
	overrule(&patience.Ping, pingMS)
	overrule(&patience.Fork, forkMS)
	for _, fd := range []int{0, 1} {
		if err := syscall.SetNonblock(fd, true); err != nil {
			return err
		}
	}
	return core.Run(core.Config{
		Zygote:   []string{self},
		Env:      as(fakeZygote),
		Runner:   "hash",
		Cgroup:   os.Getenv(cgroupDir),
		In:       os.NewFile(0, "stdin"),
		Out:      os.NewFile(1, "stdout"),
		Diag:     os.Stderr,
		Patience: patience,
	})
}

// overrule takes a shorter patience from the environment, where there is one.
func overrule(d *time.Duration, name string) {
	if ms, err := strconv.Atoi(os.Getenv(name)); err == nil {
		*d = time.Duration(ms) * time.Millisecond
	}
}
