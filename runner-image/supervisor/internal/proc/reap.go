package proc

import (
	"os"
	"os/signal"
	"syscall"
)

// Reap collects every child that ends, and those that were orphaned to us, for
// as long as the process lives. ended is told of each, and stopped of each that
// a signal has stopped; both are called by the one goroutine that reaps, so
// nothing else may wait for a child.
func Reap(ended func(pid int, status syscall.WaitStatus), stopped func(pid int)) {
	signals := make(chan os.Signal, 1) // one that waits stands for any number
	signal.Notify(signals, syscall.SIGCHLD)
	go func() {
		for range signals {
			reapAll(ended, stopped)
		}
	}()
}

func reapAll(ended func(int, syscall.WaitStatus), stopped func(int)) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG|syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil || pid <= 0:
			return
		case status.Stopped():
			stopped(pid)
		default:
			ended(pid, status)
		}
	}
}
