package proc_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"power-interpreter/runner-image/supervisor/internal/proc"
)

// The test binary, started again with one of these, plays a part.
const (
	// comet begets a child and ends, as often as the variable says: it is gone
	// before anybody can look at it.
	comet = "TEST_COMET"
	// leader survives SIGINT, and ends with 7 when its child has died of it.
	leader = "TEST_LEADER"
	// headless ends its first thread and lives on.
	headless = "TEST_HEADLESS"
)

func TestMain(m *testing.M) {
	if os.Getenv(leader) != "" {
		lead()
	}
	if os.Getenv(headless) != "" {
		behead()
	}
	n, err := strconv.Atoi(os.Getenv(comet))
	switch {
	case err != nil:
		os.Exit(m.Run())
	case n > 0:
		_ = beget(n - 1).Start()
	}
	time.Sleep(time.Duration(n%3) * time.Millisecond)
}

// init keeps the first thread for behead.
func init() {
	if os.Getenv(headless) != "" {
		runtime.LockOSThread()
	}
}

// behead ends this thread alone; another ends the process in a minute.
func behead() {
	go func() {
		time.Sleep(time.Minute)
		os.Exit(0)
	}()
	_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0)
}

func lead() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT)
	child := exec.Command("sleep", "60")
	if child.Start() != nil {
		os.Exit(1)
	}
	os.Stdout.WriteString("\n")
	_ = child.Wait()
	if s := child.ProcessState.Sys().(syscall.WaitStatus); s.Signal() == syscall.SIGINT {
		os.Exit(7)
	}
	os.Exit(0)
}

func beget(n int) *exec.Cmd {
	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = []string{comet + "=" + strconv.Itoa(n)}
	return cmd
}

func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestOnlyDescendantsAreOurs(t *testing.T) {
	table := proc.NewTable()
	for _, pid := range []int{-1, 0, 1, os.Getpid(), os.Getppid()} {
		if err := table.Signal(pid, 0); !errors.Is(err, proc.ErrForeign) {
			t.Errorf("signal to %d: %v", pid, err)
		}
		if err := table.Interrupt(pid); !errors.Is(err, proc.ErrForeign) {
			t.Errorf("interrupt of %d: %v", pid, err)
		}
	}
	child := sleeper(t)
	if err := table.Signal(child.Process.Pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	_ = child.Wait()
}

func TestAnInterruptReachesTheGroupThatAProcessLeads(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{leader + "=1", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := proc.NewTable().Interrupt(cmd.Process.Pid); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("got %v", err)
	}
}

func TestAnInterruptReachesAProcessThatLeadsNoGroup(t *testing.T) {
	child := sleeper(t)
	if err := proc.NewTable().Interrupt(child.Process.Pid); err != nil {
		t.Error(err)
	}
	_ = child.Wait()
	if s := child.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGINT {
		t.Errorf("ended by %v", s)
	}
}

func TestAKillEndsAllButTheSpareWhichGoesOn(t *testing.T) {
	orphansCome(t)
	spare, other := sleeper(t), sleeper(t)
	if err := beget(30).Start(); err != nil {
		t.Fatal(err)
	}
	table := proc.NewTable()
	killed := table.Kill(spare.Process.Pid)
	if left := killed.AwaitEnd(); left != 0 {
		t.Errorf("%d left", left)
	}
	if table.Stopped(spare.Process.Pid) {
		t.Error("the spare stays stopped")
	}
	reap(spare.Process.Pid)
	if err := table.Signal(other.Process.Pid, 0); err == nil {
		t.Error("another lives on")
	}
	if err := table.Signal(spare.Process.Pid, syscall.SIGKILL); err != nil {
		t.Errorf("the spare is gone: %v", err)
	}
	if left := table.Kill(0).AwaitEnd(); left != 0 {
		t.Errorf("%d left", left)
	}
	reap(0)
}

func TestAProcessWhoseFirstThreadHasEndedIsKilledToo(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{headless + "=1"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	name := "/proc/" + strconv.Itoa(cmd.Process.Pid) + "/stat"
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile(name)
		if err != nil || time.Now().After(end) {
			t.Fatalf("its first thread does not end: %s, %v", stat, err)
		}
		if strings.Contains(string(stat), ") Z ") {
			break
		}
	}
	if left := proc.NewTable().Kill(0).AwaitEnd(); left != 0 {
		t.Errorf("%d left", left)
	}
	_ = cmd.Wait()
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGKILL {
		t.Errorf("ended by %v", s)
	}
}

func TestWhoIsNeitherKilledNorExpectedIsAnother(t *testing.T) {
	table := proc.NewTable()
	killed := table.Kill(0)
	expected, other := sleeper(t), sleeper(t)
	if n := killed.Others(expected.Process.Pid); n != 1 {
		t.Errorf("%d others", n)
	}
	killed = table.Kill(expected.Process.Pid)
	if n := killed.Others(expected.Process.Pid); n != 0 {
		t.Errorf("%d others", n)
	}
	if n := (*proc.Killed)(nil).Others(); n != 0 {
		t.Errorf("%d others of nobody killed", n)
	}
	_ = expected.Process.Kill()
	_, _ = expected.Process.Wait()
	_ = other.Wait()
}

// orphansCome makes this process the parent of its descendants' orphans, as
// PID 1 is (PR_SET_CHILD_SUBREAPER).
func orphansCome(t *testing.T) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, 36, 1, 0); errno != 0 {
		t.Fatal(errno)
	}
}

// reap collects every child that has ended, but for one that lives.
func reap(alive int) {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err != nil || pid == alive || pid == 0 {
			return
		}
	}
}

func TestTheEndOfAStrangersChildIsTold(t *testing.T) {
	child := sleeper(t)
	ended := make(chan struct{})
	w, err := proc.WatchExit(child.Process.Pid, func() { close(ended) })
	if err != nil {
		t.Skip(err)
	}
	defer w.Close()
	_ = child.Process.Kill()
	<-ended // before it is reaped
	_ = child.Wait()
}

func TestAWatchThatIsClosedTellsNothing(t *testing.T) {
	child := sleeper(t)
	w, err := proc.WatchExit(child.Process.Pid, func() { t.Error("told") })
	if err != nil {
		t.Skip(err)
	}
	w.Close()
	(*proc.Watch)(nil).Close()
	_ = child.Process.Kill()
	_ = child.Wait()
}
