//go:build e2e

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is one of the program under test.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

// launch starts the program in a network namespace (nil for this one) and returns
// what follows the words by which it says that it listens.
func launch(in *netns, log io.Writer, env []string, words string, args ...string) (*process, string, error) {
	p := &process{done: make(chan error, 1)}
	p.cmd = exec.Command(program(), args...)
	if in != nil && in.name != "" {
		p.cmd = exec.Command("ip", append([]string{"netns", "exec", in.name, program()}, args...)...)
	}
	// A test binary that is timed out leaves no server behind.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, "", err
	}
	listening := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if rest, found := strings.CutPrefix(lines.Text(), words); found {
				listening <- rest
			}
		}
		p.done <- p.cmd.Wait()
	}()
	select {
	case rest := <-listening:
		return p, rest, nil
	case err := <-p.done:
		p.done <- err
		return nil, "", fmt.Errorf("%v ended: %v\n%v", args, err, log)
	case <-time.After(hang):
		p.cmd.Process.Kill()
		return nil, "", fmt.Errorf("%v never listened\n%v", args, log)
	}
}

// stop ends it by SIGTERM and returns how it ended.
func (p *process) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(hang):
		p.cmd.Process.Kill()
		return fmt.Errorf("%v did not stop", p.cmd.Args)
	}
}

// kill ends it as a power cut would.
func (p *process) kill() {
	p.cmd.Process.Kill()
	err := <-p.done
	p.done <- err
}
