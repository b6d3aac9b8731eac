package core_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
)

// muteFile names the zygote, by its pid, that is to answer no more.
func muteFile() string { return os.Getenv(cgroupDir) + "/mute" }

// strayFile has the zygote's next fork come with a process that no sweep saw.
func strayFile() string { return os.Getenv(cgroupDir) + "/stray" }

// stray starts one, and writes down its pid.
func stray() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = as(leftover)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return os.WriteFile(os.Getenv(cgroupDir)+"/strayed", []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

func muted() bool {
	pid, err := os.ReadFile(muteFile())
	return err == nil && string(pid) == strconv.Itoa(os.Getpid())
}

// control is the zygote's end of its socket: lines, and descriptors with them.
type control struct {
	conn *net.UnixConn
	mu   sync.Mutex
	fds  []int
}

func (c *control) Read(p []byte) (int, error) {
	oob := make([]byte, 256)
	n, oobn, _, _, err := c.conn.ReadMsgUnix(p, oob)
	if err != nil {
		return n, err
	}
	messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
	for _, m := range messages {
		fds, _ := syscall.ParseUnixRights(&m)
		c.fds = append(c.fds, fds...)
	}
	return n, err
}

func (c *control) say(v map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !muted() {
		_ = json.NewEncoder(c.conn).Encode(v)
	}
}

func zygoteMain() error {
	file, err := net.FileConn(os.NewFile(3, "control"))
	if err != nil {
		return err
	}
	c := &control{conn: file.(*net.UnixConn)}
	if os.Getenv(cold) == "" && os.Getenv(lateWarm) == "" {
		c.warm()
	}
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		var r struct {
			Kind       string
			Generation int
			N          int
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		switch r.Kind {
		case "ping":
			c.say(map[string]any{"kind": "pong", "n": r.N})
		case "fork":
			if err := c.fork(r.Generation); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *control) warm() { c.say(map[string]any{"kind": "warm", "seconds": 0.1}) }

func (c *control) fork(generation int) error {
	if len(c.fds) != 2 {
		return errors.New("a fork request came without its two descriptors")
	}
	channel, output := os.NewFile(uintptr(c.fds[0]), "channel"), os.NewFile(uintptr(c.fds[1]), "output")
	c.fds = nil
	defer channel.Close()
	defer output.Close()
	if muted() {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = as(fakeKernel, "GENERATION="+strconv.Itoa(generation))
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{channel}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.say(map[string]any{"kind": "forked", "generation": generation, "pid": cmd.Process.Pid})
	if os.Remove(strayFile()) == nil {
		if err := stray(); err != nil {
			return err
		}
	}
	if os.Getenv(lateWarm) != "" && generation == 1 {
		c.warm()
	}
	go func() {
		_ = cmd.Wait()
		status := cmd.ProcessState.Sys().(syscall.WaitStatus)
		c.say(map[string]any{"kind": "exited", "pid": cmd.Process.Pid, "status": uint32(status)})
	}()
	return nil
}
