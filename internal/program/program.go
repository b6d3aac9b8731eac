// Package program runs the server as a child process, the way a user would:
// the binary, its environment, its signals.
package program

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startPatience covers an engine that has just been started and a cold image.
	startPatience = 90 * time.Second
	// StopPatience covers the removal of a sandbox by a busy engine, which kills
	// before it removes and may take ten seconds for each.
	StopPatience = 45 * time.Second
	// maxTold bounds the end of the log in an error, in bytes.
	maxTold = 4 << 10
	// maxLine bounds a line of the child's stdout, in bytes.
	maxLine = 64 << 10
)

// announcement precedes the address in the line that the server prints when it
// can serve.
const announcement = "listening on "

// Config says what to run.
type Config struct {
	Path string
	Args []string
	Env  []string // all of it
	// Log takes what the program writes to stderr. The caller closes it.
	Log *os.File
	// Thread, if true, ends the program when the calling thread ends. The
	// caller must have locked a goroutine to the main thread.
	Thread bool
}

// Program is one that has said where it listens. The caller calls Stop once.
type Program struct {
	Endpoint string // the announced URL
	cmd      *exec.Cmd
	log      *os.File
	done     chan struct{} // closed when it has ended and its stdout is read
	err      error         // of its end; read after done
	stop     sync.Once
}

// Start starts the program and waits until it says where it listens. On error
// nothing of it runs any more, and the error ends with its last words.
func Start(ctx context.Context, c Config) (*Program, error) {
	p := &Program{cmd: exec.Command(c.Path, c.Args...), log: c.Log, done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = c.Env, c.Log
	// A group of its own: a Ctrl-C is for us, and we stop it in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if c.Thread {
		p.cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	announced := make(chan string, 1)
	go p.follow(stdout, announced)
	if err := p.await(ctx, announced); err != nil {
		return nil, err
	}
	return p, nil
}

// follow reads stdout to its end, and then waits for the process.
func (p *Program) follow(stdout io.Reader, announced chan<- string) {
	defer close(p.done)
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if address, found := strings.CutPrefix(lines.Text(), announcement); found {
			select {
			case announced <- address:
			default: // it has been said before
			}
		}
	}
	_, _ = io.Copy(io.Discard, stdout) // after a line too long: keep the pipe empty
	p.err = p.cmd.Wait()
}

func (p *Program) await(ctx context.Context, announced <-chan string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("the server did not say that it listens within %v", startPatience))
	defer cancel()
	select {
	case p.Endpoint = <-announced:
		if u, err := url.Parse(p.Endpoint); err != nil || u.Scheme != "http" || u.Port() == "" {
			return errors.Join(fmt.Errorf("the server says that it listens on %.100q, which is no URL with a port", p.Endpoint), p.Stop(StopPatience))
		}
		return nil
	case <-p.done:
		return fmt.Errorf("the server ended before it listened (%v)%s", p.cmd.ProcessState, p.LastWords())
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.Stop(StopPatience))
	}
}

// Stop ends the program by SIGTERM and waits for it; after patience it is
// killed. It returns nil only for an orderly end with status 0.
func (p *Program) Stop(patience time.Duration) (err error) {
	p.stop.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // one that has ended is found below
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-p.done:
		case <-timer.C:
			err = fmt.Errorf("the server did not stop within %v of SIGTERM and was killed", patience)
			// Its group too: a child of its own could hold stdout open.
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
			<-p.done
		}
		if err == nil && p.err != nil {
			err = fmt.Errorf("the server did not end in order: %w", p.err)
		}
		if err != nil {
			err = fmt.Errorf("%w%s", err, p.LastWords())
		}
	})
	return err
}

// LastWords is the end of the log under a heading, or empty.
func (p *Program) LastWords() string {
	info, err := p.log.Stat()
	if err != nil || info.Size() == 0 {
		return ""
	}
	from := max(0, info.Size()-maxTold)
	words, _ := io.ReadAll(io.NewSectionReader(p.log, from, maxTold))
	return "\nits log ends:\n" + strings.ToValidUTF8(strings.TrimSpace(string(words)), "")
}
