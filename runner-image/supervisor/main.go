// Command supervisor is PID 1 of a sandbox. It exchanges frames with the
// orchestrator over stdin and stdout, or a socket that it is told of there (see
// internal/wire), keeps a Python kernel alive, and runs the orchestrator's code in it. Arguments, if any, replace the
// command that starts the zygote.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"power-interpreter/runner-image/supervisor/internal/cgroup"
	"power-interpreter/runner-image/supervisor/internal/core"
	"power-interpreter/runner-image/supervisor/internal/guard"
	"power-interpreter/runner-image/supervisor/internal/pollfile"
)

// heapTarget is where the collector begins to work harder: the supervisor
// lives within the session's memory.
const heapTarget = 96 << 20

// processors are for the session's code. A frame is handed from goroutine to
// goroutine, and each of them would wake a thread for the next: a third of the
// work, for what one does in a few microseconds.
const processors = 1

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
	runtime.GOMAXPROCS(processors)
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
func stream(fd int, name string) io.ReadWriter {
	f, err := pollfile.New(fd, name)
	if err != nil {
		return os.NewFile(uintptr(fd), name) // read as it is
	}
	return f
}
