package pollfile_test

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"testing"

	"power-interpreter/runner-image/supervisor/internal/pollfile"
)

// pair is both ends of a socket.
func pair(t *testing.T) (a, b *pollfile.File) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err = pollfile.New(fds[0], "a")
	if err != nil {
		t.Fatal(err)
	}
	b, err = pollfile.New(fds[1], "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

func TestWhatIsLargerThanASocketHoldsComesWhole(t *testing.T) {
	a, b := pair(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	failed := make(chan error, 1)
	go func() {
		n, err := a.Write(sent)
		if err == nil && n != len(sent) {
			err = io.ErrShortWrite
		}
		failed <- errors.Join(err, a.Close())
	}()
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got %d bytes of %d, %v", len(got), len(sent), err)
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

func TestClosingEndsAReadThatWaits(t *testing.T) {
	a, b := pair(t)
	reading, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		var p [1]byte
		_, err := a.Read(p[:])
		reading <- err
		_, err = a.Read(p[:])
		ended <- err
	}()
	if _, err := b.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := <-reading; err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestWritingToNobodyIsAnError(t *testing.T) {
	a, b := pair(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v", err)
	}
}
