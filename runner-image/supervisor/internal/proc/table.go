// Package proc lists, signals, stops and reaps the processes of the container.
package proc

import (
	"errors"
	"os"
	"syscall"
)

// ErrForeign is returned for a process that is not ours to signal.
var ErrForeign = errors.New("process is not ours")

// Table says which processes are ours. As PID 1, all of the container's are;
// anywhere else (a test, a developer's machine) only our own descendants, so
// that no mistake reaches anybody else's.
type Table struct {
	self int
	all  bool
}

// NewTable makes the table of the calling process.
func NewTable() *Table {
	self := os.Getpid()
	return &Table{self: self, all: self == 1}
}

// Signal sends sig to one process.
func (t *Table) Signal(pid int, sig syscall.Signal) error {
	if !t.Ours(pid) {
		return ErrForeign
	}
	return os.NewSyscallError("kill", syscall.Kill(pid, sig))
}

// Interrupt sends SIGINT as a terminal would: to the process group that pid
// leads, so that its children stop too, or to pid alone when it leads none.
func (t *Table) Interrupt(pid int) error {
	if !t.Ours(pid) {
		return ErrForeign
	}
	if err := syscall.Kill(-pid, syscall.SIGINT); err != nil {
		return os.NewSyscallError("kill", syscall.Kill(pid, syscall.SIGINT))
	}
	return nil
}

// Stopped says whether a process is stopped by a signal.
func (t *Table) Stopped(pid int) bool {
	p, err := read(pid)
	return err == nil && p.state == 'T'
}

// Ours says whether a process may be signalled. It refuses 0, 1 and negative numbers, which mean groups or everybody.
func (t *Table) Ours(pid int) bool {
	if pid <= 1 || pid == t.self {
		return false
	}
	return t.all || t.descends(pid)
}

// maxDepth bounds a walk up the parents, which may change under it.
const maxDepth = 1000

func (t *Table) descends(pid int) bool {
	for range maxDepth {
		p, err := read(pid)
		if err != nil || p.parent <= 1 {
			return false
		}
		if p.parent == t.self {
			return true
		}
		pid = p.parent
	}
	return false
}
