package rawconn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest" // what every net.Conn must do, as the Go project tests its own

	"power-interpreter/internal/rawconn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is two ends of a connection over a listener of ours.
func pair(network, address string) (far, near net.Conn, stop func(), err error) {
	plain, err := net.Listen(network, address)
	if err != nil {
		return nil, nil, nil, err
	}
	l := rawconn.Listener(plain)
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	dialled, err := net.Dial(network, plain.Addr().String())
	if err != nil {
		return nil, nil, nil, errors.Join(err, l.Close())
	}
	far, near = rawconn.New(dialled), <-accepted
	return far, near, func() { _ = errors.Join(far.Close(), near.Close(), l.Close()) }, nil
}

func TestAConnectionIsAsAnyOther(t *testing.T) {
	t.Run("tcp", func(t *testing.T) {
		nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) { return pair("tcp", "127.0.0.1:0") })
	})
	t.Run("unix", func(t *testing.T) {
		dir := t.TempDir()
		n := 0
		nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
			n++
			return pair("unix", filepath.Join(dir, string(rune('a'+n))))
		})
	})
}

func TestMoreThanTheSocketTakesIsWrittenWhole(t *testing.T) {
	far, near, stop, err := pair("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // 16 MiB, beyond any buffer
	failed := make(chan error, 1)
	go func() {
		n, err := far.Write(sent)
		if err == nil && n != len(sent) {
			err = io.ErrShortWrite
		}
		failed <- errors.Join(err, far.(interface{ CloseWrite() error }).CloseWrite())
	}()
	got, err := io.ReadAll(near)
	if err := errors.Join(err, <-failed); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes of %d came: %v", len(got), len(sent), err)
	}
}

func TestAFileIsCopied(t *testing.T) {
	far, near, stop, err := pair("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(near, f); n != 7 || err != nil {
		t.Fatal(n, err)
	}
	_ = near.Close()
	if got, err := io.ReadAll(far); string(got) != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAPeerThatIsGoneIsAnErrorOfTheConnection(t *testing.T) {
	far, near, stop, err := pair("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	_ = far.Close()
	for err == nil { // the first write may find room yet
		_, err = near.Write([]byte("x"))
	}
	var failed *net.OpError
	if !errors.As(err, &failed) || !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%T %v", err, err)
	}
}

func TestWhatIsNoSocketIsLeftAsItIs(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if rawconn.New(a) != a {
		t.Error("a pipe in memory was wrapped")
	}
}
