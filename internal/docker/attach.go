package docker

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/docker/docker/api/types/container"

	"power-interpreter/orchestrator"
)

// Attach opens the runner's stdin and stdout. Read gives io.EOF when the
// sandbox has ended. Close drops the connection and leaves both open for the
// next Attach: stdin is never half-closed, since the engine would end the
// output too. Read and Write may run at once, Close at any time.
func (e *Engine) Attach(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	name, err := containerName(id)
	if err != nil {
		return nil, err
	}
	stream, err := e.attach(ctx, name, id)
	if err != nil {
		return nil, fault(ctx, err, "attach to a sandbox")
	}
	// The engine attaches to one that has ended as well, and then says nothing
	// for ever. One that ends from now on ends the stream.
	if err := e.checkRunning(ctx, name); err != nil {
		_ = stream.Close()
		return nil, err
	}
	return stream, nil
}

func (e *Engine) attach(ctx context.Context, name, id string) (*stream, error) {
	limited, cancel := context.WithTimeout(ctx, attachTimeout)
	defer cancel()
	var watched hijack
	attached, err := e.calls.ContainerAttach(watched.watch(limited), name,
		container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, err
	}
	if !watched.release() {
		attached.Close()
		return nil, fmt.Errorf("attached too late: %w", os.ErrDeadlineExceeded)
	}
	return newStream(attached.Conn, attached.Reader, e.log.With("sandbox_id", id)), nil
}

// checkRunning asks about the one container: a listing lags behind its end.
func (e *Engine) checkRunning(ctx context.Context, name string) error {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	inspected, err := e.calls.ContainerInspect(limited, name)
	switch {
	case err != nil:
		return fault(ctx, err, "attach to a sandbox")
	case inspected.ContainerJSONBase == nil || inspected.State == nil || !inspected.State.Running:
		return orchestrator.Errorf(orchestrator.CodeUnavailable, "the sandbox is not running any more: try again for a new one")
	}
	return nil
}
