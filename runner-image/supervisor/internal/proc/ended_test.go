package proc_test

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"power-interpreter/runner-image/supervisor/internal/proc"
)

func TestTheStatusOfAnUnreapedProcessIsKnown(t *testing.T) {
	table := proc.NewTable()
	for script, check := range map[string]func(syscall.WaitStatus) bool{
		"exit 3":        func(s syscall.WaitStatus) bool { return s.Exited() && s.ExitStatus() == 3 },
		"kill -SEGV $$": func(s syscall.WaitStatus) bool { return s.Signaled() && s.Signal() == syscall.SIGSEGV },
	} {
		cmd := exec.Command("sh", "-c", "read line; "+script)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, ended := table.Ended(cmd.Process.Pid); ended {
			t.Errorf("%s: told as ended while it lives", script)
		}
		in.Close()
		deadline := time.Now().Add(time.Minute)
		for {
			status, ended := table.Ended(cmd.Process.Pid)
			if ended && check(status) {
				break
			}
			if ended || time.Now().After(deadline) {
				t.Fatalf("%s: status %v, ended %v", script, status, ended)
			}
			time.Sleep(time.Millisecond)
		}
		_ = cmd.Wait()
		if _, ended := table.Ended(cmd.Process.Pid); ended {
			t.Errorf("%s: known after it was reaped", script)
		}
	}
}
