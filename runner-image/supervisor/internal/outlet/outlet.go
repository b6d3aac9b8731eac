// Package outlet is where the supervisor's frames go: its standard output, which
// the engine copies to the orchestrator, or a socket that the orchestrator has
// put into the sandbox.
package outlet

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"power-interpreter/runner-image/supervisor/internal/pollfile"
)

// Outlet writes to one of both. Its methods may be called by any goroutine.
type Outlet struct {
	std io.Writer

	mu   sync.Mutex
	door *pollfile.File // nil while frames go to std
}

// New makes an outlet that writes to std.
func New(std io.Writer) *Outlet { return &Outlet{std: std} }

// Write writes p to where frames go now.
func (o *Outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	to := o.std
	if o.door != nil {
		to = o.door
	}
	o.mu.Unlock()
	return to.Write(p)
}

// Knock connects to the socket at path, through which frames go from then on,
// and returns what comes from there. It ends with the other side, or when frames
// go elsewhere. On error nothing has changed.
func (o *Outlet) Knock(path string) (io.Reader, error) {
	door, err := dial(path)
	if err != nil {
		return nil, err
	}
	o.turn(door)
	return door, nil
}

// Leave has frames go to std again.
func (o *Outlet) Leave() { o.turn(nil) }

// turn lets go of an earlier socket: a write that waits there ends.
func (o *Outlet) turn(to *pollfile.File) {
	o.mu.Lock()
	from := o.door
	o.door = to
	o.mu.Unlock()
	if from != nil {
		_ = from.Close() // its other side has gone
	}
}

// dial connects at once or not at all: the other side listens already.
func dial(path string) (*pollfile.File, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		return nil, errors.Join(os.NewSyscallError("connect", err), syscall.Close(fd))
	}
	door, err := pollfile.New(fd, "door")
	if err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	return door, nil
}
