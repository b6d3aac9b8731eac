// Command supervisor is PID 1 of a sandbox. It exchanges frames with the
// orchestrator over stdin and stdout, or a socket that it is told of there (see
// internal/wire), keeps a Python kernel alive, and runs the orchestrator's code in it. Arguments, if any, replace the
// command that starts the zygote.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"power-interpreter/runner-image/supervisor/internal/cgroup"
	"power-interpreter/runner-image/supervisor/internal/core"
	"power-interpreter/runner-image/supervisor/internal/guard"
)

// heapTarget is where the collector begins to work harder: the supervisor
// lives within the session's memory.
const heapTarget = 96 << 20

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "supervisor:", err)
		os.Exit(1)
	}
}

func run() error {
	if err := guard.Raise(); err != nil {
		return err
	}
	debug.SetMemoryLimit(heapTarget)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return fmt.Errorf("home: %w", err)
	}
	// -s and -P: nothing that a cell left at home or in a folder is imported by
	// the process that its next kernel comes from.
	zygote := []string{"python3", "-s", "-P", "-m", "power_worker"}
	if len(os.Args) > 1 {
		zygote = os.Args[1:]
	}
	return core.Run(core.Config{
		Zygote:   zygote,
		Env:      environment(os.Environ(), os.Getenv("POWER_CPUS")),
		Runner:   os.Getenv("POWER_RUNNER"),
		Cgroup:   cgroup.Mount,
		In:       stream(syscall.Stdin, "stdin"),
		Out:      stream(syscall.Stdout, "stdout"),
		Diag:     os.Stderr,
		Patience: core.DefaultPatience(),
	})
}

// stream makes a standard stream non-blocking, so that waiting for it takes no
// thread, and hands it to the runtime's poller, which wakes a reader at once.
func stream(fd int, name string) *os.File {
	_ = syscall.SetNonblock(fd, true) // a file that cannot be is read as it is
	return os.NewFile(uintptr(fd), name)
}
