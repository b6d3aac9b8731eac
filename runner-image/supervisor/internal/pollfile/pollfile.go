// Package pollfile makes of a descriptor a file that the network poller waits for,
// and whose reads and writes Go's scheduler is not told of (see rawio).
package pollfile

import (
	"os"
	"syscall"

	"power-interpreter/internal/rawio"
)

// File is a pipe's end or a socket. Its methods may be called by any goroutine;
// Close ends a Read and a Write that wait.
type File struct {
	*rawio.Stream
	file *os.File
}

// New takes fd over and makes it non-blocking. On error fd is the caller's still.
func New(fd int, name string) (*File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(fd), name)
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err // never: it is open
	}
	return &File{rawio.New(raw), file}, nil
}

// Close closes the descriptor.
func (f *File) Close() error { return f.file.Close() }
