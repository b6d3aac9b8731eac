// Package zygote starts the Python process that has imported the stack, and
// asks it to fork kernels.
package zygote

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// sendWait bounds how long a request may wait for room in the socket,
	// which holds thousands of them.
	sendWait = 100 * time.Millisecond
	// oomRaise is added to the supervisor's own oom_score_adj for the
	// zygote's, so that it goes before the supervisor when memory runs out,
	// and at maxOOMScore, which kernels get, after them.
	oomRaise    = 200
	maxOOMScore = 1000
)

// Command says what to start.
type Command struct {
	Args []string // the first is looked up in PATH
	Env  []string
	// Diag receives what the zygote writes to its stdout and stderr.
	Diag func([]byte)
}

// Zygote is a started one. Its death is known to who reaps Pid.
type Zygote struct {
	Pid  int
	conn *net.UnixConn
}

// Start starts the zygote in a session of its own, with the control socket as
// its descriptor 3. What it says goes to the handler, called by a goroutine
// that ends, after Closed, when the socket does.
func Start(cmd Command, h Handler) (*Zygote, error) {
	path, err := exec.LookPath(cmd.Args[0])
	if err != nil {
		return nil, fmt.Errorf("zygote: %w", err)
	}
	conn, peer, err := controlPair()
	if err != nil {
		return nil, fmt.Errorf("zygote: %w", err)
	}
	defer peer.Close()
	pid, err := spawn(path, cmd, peer)
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("zygote: %w", err)
	}
	// At once, since a zygote that has made itself non-dumpable can no longer
	// be written to by its own uid. Best effort: a host may forbid it.
	_ = setOOMScore(pid, ownOOMScore()+oomRaise)
	go listen(conn, h)
	return &Zygote{Pid: pid, conn: conn}, nil
}

// ScoreKernel has a kernel, and what it forks from now on, go first when
// memory runs out. Raising needs no privilege, only a dumpable process.
func ScoreKernel(pid int) error { return setOOMScore(pid, maxOOMScore) }

func setOOMScore(pid, score int) error {
	name := "/proc/" + strconv.Itoa(pid) + "/oom_score_adj"
	return os.WriteFile(name, []byte(strconv.Itoa(min(score, maxOOMScore))), 0)
}

// ownOOMScore is 0 where it cannot be read.
func ownOOMScore() int {
	text, _ := os.ReadFile("/proc/self/oom_score_adj")
	score, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return score
}

func controlPair() (*net.UnixConn, *os.File, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	own := os.NewFile(uintptr(pair[0]), "zygote control")
	defer own.Close() // FileConn duplicates it
	peer := os.NewFile(uintptr(pair[1]), "zygote's end")
	conn, err := net.FileConn(own)
	if err != nil {
		_ = peer.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), peer, nil
}

// spawn forks and execs without os/exec's own waiting: PID 1 reaps by itself.
func spawn(path string, cmd Command, control *os.File) (int, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	diag, err := diagPipe(cmd.Diag)
	if err != nil {
		return 0, err
	}
	defer diag.Close()
	return syscall.ForkExec(path, cmd.Args, &syscall.ProcAttr{
		Dir:   "/",
		Env:   cmd.Env,
		Files: []uintptr{null.Fd(), diag.Fd(), diag.Fd(), control.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
}

// diagPipe returns a writing end whose text goes to diag until every copy of
// it is closed.
func diagPipe(diag func([]byte)) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer r.Close()
		buf := make([]byte, 4<<10)
		for {
			n, err := r.Read(buf)
			if n > 0 {
				diag(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return w, nil
}
