package guard_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"power-interpreter/runner-image/supervisor/internal/guard"
)

const role = "TEST_GUARDED"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "" {
		os.Exit(m.Run())
	}
	if err := guard.Raise(); err != nil {
		println(err.Error())
		os.Exit(1)
	}
	guard.ReserveThreads()
	os.Stdout.WriteString("up\n")
	select {}
}

func TestEverySignalIsSurvived(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		// Go leaves 32 to 34 to the C library; PID 1 is spared their default.
		if sig != syscall.SIGKILL && sig != syscall.SIGSTOP && (sig < 32 || sig > 34) {
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatalf("after %v: %v", sig-1, err)
			}
		}
	}
	status, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/status")
	if err != nil || strings.Contains(string(status), "zombie") {
		t.Fatalf("it is gone: %v\n%s", err, status)
	}
	threads, err := os.ReadDir("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/task")
	if err != nil || len(threads) < 16 {
		t.Errorf("%d threads in reserve, %v", len(threads), err)
	}
}
