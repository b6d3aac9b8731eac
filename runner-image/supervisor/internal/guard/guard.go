// Package guard protects the supervisor from the code that it runs: both have
// the same uid.
package guard

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

const (
	prSetDumpable = 4   // PR_SET_DUMPABLE of prctl(2)
	closeRange    = 436 // close_range(2), the same number on every architecture
	cloexec       = 4   // CLOSE_RANGE_CLOEXEC
	// threads are kept in reserve. The Go runtime ends the process when it
	// needs a thread and the container's limit of processes is reached, as in
	// a fork bomb; at most this many of ours wait in system calls at once.
	threads = 16
	// processors run goroutines. A cell's way through the supervisor is a
	// chain of short steps: on one, each follows the last without another
	// thread being woken for it (BenchmarkCell, under strace: one futex call a cell).
	processors = 1
)

// Raise protects the process. It is called before any child is started, and
// ReserveThreads before any of the orchestrator's code runs.
func Raise() error {
	takeSignals()
	if os.Getpid() == 1 {
		if err := dropFaults(); err != nil {
			return fmt.Errorf("signals that mean a fault: %w", err)
		}
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0); errno != 0 {
		return fmt.Errorf("prctl: %w", errno)
	}
	// Best effort: an engine hands over nothing beyond 0, 1 and 2.
	_, _, _ = syscall.Syscall(closeRange, 3, ^uintptr(0)>>1, cloexec)
	runtime.GOMAXPROCS(processors)
	return nil
}

// takeSignals takes every signal, and drops it: a full channel is not waited
// for. Without it, a TERM from the same uid would end PID 1.
func takeSignals() { signal.Notify(make(chan os.Signal, 1)) }

// sigaction is the kernel's struct of rt_sigaction(2).
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// dropFaults gives PID 1 the default action for the signals that the Go runtime
// takes for its own crash when they come from sigqueue(3): the same uid could
// end the container so. Linux drops a signal to PID 1 whose action is the
// default one; a fault of our own still ends the process.
func dropFaults() error {
	faults := []syscall.Signal{
		syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL,
		syscall.SIGTRAP, syscall.SIGSYS, syscall.SIGSTKFLT,
	}
	var dfl sigaction
	for _, sig := range faults {
		_, _, errno := syscall.Syscall6(syscall.SYS_RT_SIGACTION,
			uintptr(sig), uintptr(unsafe.Pointer(&dfl)), 0, unsafe.Sizeof(dfl.mask), 0, 0)
		if errno != 0 {
			return errno
		}
	}
	return nil
}

// ReserveThreads makes the runtime start its threads now, for milliseconds. It
// keeps those that have nothing to do, for as long as the process lives.
func ReserveThreads() {
	var ready, done sync.WaitGroup
	release := make(chan struct{})
	ready.Add(threads)
	for range threads {
		done.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread() // a locked goroutine's thread would end with it
			ready.Done()
			<-release
		})
	}
	ready.Wait()
	close(release)
	done.Wait()
}
