package doctor

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"power-interpreter/internal/docker"
)

// lookSocket asks whatever listens at a DOCKER_HOST one line of HTTP, and sees
// how far that goes. The engine's client would tell one failure from another
// less well.
func lookSocket(ctx context.Context, host string) Socket {
	path, err := docker.Socket(host)
	if err != nil {
		return Socket{State: SocketForeign, Err: err}
	}
	s := Socket{Path: path}
	ctx, cancel := context.WithTimeout(ctx, socketTime)
	defer cancel()
	began := time.Now()
	s.State, s.Err = ping(ctx, path)
	s.Took = time.Since(began)
	return s
}

func ping(ctx context.Context, path string) (SocketState, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return notDialled(path, err), err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline) // a socket that takes none fails below
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err = conn.Write([]byte("HEAD /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")); err == nil {
		var line string
		line, err = bufio.NewReaderSize(conn, 512).ReadString('\n')
		if strings.HasPrefix(line, "HTTP/") {
			return SocketAnswers, nil
		}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
		return SocketHangs, err
	}
	if err == nil {
		err = errors.New("what answers is no engine")
	}
	return SocketBroken, err
}

func notDialled(path string, err error) SocketState {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return SocketAbsent
	case errors.Is(err, fs.ErrPermission):
		return SocketDenied
	case errors.Is(err, syscall.ECONNREFUSED):
		if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeSocket == 0 {
			return SocketNone
		}
		return SocketStale
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.EAGAIN):
		return SocketHangs // the queue of connections is full
	}
	return SocketBroken
}
