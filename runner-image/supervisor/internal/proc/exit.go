package proc

import (
	"os"
	"syscall"
	"unsafe"
)

// pidfdOpen is pidfd_open(2), the same number on every architecture.
const pidfdOpen = 434

// Watch tells of the end of a process that may be anybody's child, also before
// it is reaped.
type Watch struct{ file *os.File }

// WatchExit calls ended once when pid has ended, from a goroutine that lives
// until then or until Close. It returns an error where the kernel has no such
// descriptors.
func WatchExit(pid int, ended func()) (*Watch, error) {
	fd, _, errno := syscall.Syscall(pidfdOpen, uintptr(pid), syscall.O_NONBLOCK, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("pidfd_open", errno)
	}
	w := &Watch{file: os.NewFile(fd, "kernel process")}
	raw, err := w.file.SyscallConn()
	if err != nil {
		_ = w.file.Close()
		return nil, err
	}
	go func() {
		if raw.Read(readable) == nil {
			ended()
		}
	}()
	return w, nil
}

// Close ends the watch. It is safe on nil.
func (w *Watch) Close() {
	if w != nil {
		_ = w.file.Close()
	}
}

// pollfd is struct pollfd of poll(2).
type pollfd struct {
	fd              int32
	events, revents int16
}

const pollIn = 1 // POLLIN

// readable says whether fd is, without waiting: a descriptor of a process
// cannot be asked by reading it.
func readable(fd uintptr) bool {
	p := pollfd{fd: int32(fd), events: pollIn}
	var now syscall.Timespec
	n, _, _ := syscall.Syscall6(syscall.SYS_PPOLL,
		uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return n == 1
}
