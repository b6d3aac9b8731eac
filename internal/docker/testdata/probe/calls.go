package main

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attempt is a system call, with arguments that would do little harm.
type attempt struct {
	name string
	args [5]uintptr
	trap uintptr
}

func attempts() []attempt {
	parent := uintptr(os.Getppid())
	self := uintptr(os.Getpid())
	return []attempt{
		{"ptrace", [5]uintptr{unix.PTRACE_PEEKDATA, parent}, unix.SYS_PTRACE},
		{"process_vm_readv", [5]uintptr{self}, unix.SYS_PROCESS_VM_READV},
		{"process_vm_writev", [5]uintptr{self}, unix.SYS_PROCESS_VM_WRITEV},
		{"io_uring_setup", [5]uintptr{1}, unix.SYS_IO_URING_SETUP},
		{"io_uring_enter", [5]uintptr{}, unix.SYS_IO_URING_ENTER},
		{"bpf", [5]uintptr{}, unix.SYS_BPF},
		{"keyctl", [5]uintptr{}, unix.SYS_KEYCTL},
		{"add_key", [5]uintptr{}, unix.SYS_ADD_KEY},
		{"request_key", [5]uintptr{}, unix.SYS_REQUEST_KEY},
		{"userfaultfd", [5]uintptr{1}, unix.SYS_USERFAULTFD},
		{"perf_event_open", [5]uintptr{}, unix.SYS_PERF_EVENT_OPEN},
		{"unshare user", [5]uintptr{unix.CLONE_NEWUSER}, unix.SYS_UNSHARE},
		{"setns", [5]uintptr{0, 0}, unix.SYS_SETNS},
		{"mount", [5]uintptr{}, unix.SYS_MOUNT},
		{"umount2", [5]uintptr{}, unix.SYS_UMOUNT2},
		{"pivot_root", [5]uintptr{}, unix.SYS_PIVOT_ROOT},
		{"chroot", [5]uintptr{}, unix.SYS_CHROOT},
		{"open_by_handle_at", [5]uintptr{}, unix.SYS_OPEN_BY_HANDLE_AT},
		{"name_to_handle_at", [5]uintptr{}, unix.SYS_NAME_TO_HANDLE_AT},
		{"pidfd_getfd", [5]uintptr{}, unix.SYS_PIDFD_GETFD},
		{"process_madvise", [5]uintptr{}, unix.SYS_PROCESS_MADVISE},
		{"kcmp", [5]uintptr{}, unix.SYS_KCMP},
		{"mbind", [5]uintptr{}, unix.SYS_MBIND},
		{"move_pages", [5]uintptr{}, unix.SYS_MOVE_PAGES},
		{"vmsplice", [5]uintptr{}, unix.SYS_VMSPLICE},
		{"fanotify_init", [5]uintptr{}, unix.SYS_FANOTIFY_INIT},
		{"quotactl", [5]uintptr{}, unix.SYS_QUOTACTL},
		{"init_module", [5]uintptr{}, unix.SYS_INIT_MODULE},
		{"reboot", [5]uintptr{}, unix.SYS_REBOOT},
		{"shmget", [5]uintptr{0, 4096, unix.IPC_CREAT | 0o600}, unix.SYS_SHMGET},
		{"msgget", [5]uintptr{0, unix.IPC_CREAT | 0o600}, unix.SYS_MSGGET},
		{"mq_open", [5]uintptr{}, unix.SYS_MQ_OPEN},
		{"io_setup", [5]uintptr{1}, unix.SYS_IO_SETUP},
		{"personality no randomisation", [5]uintptr{0x0040000}, unix.SYS_PERSONALITY},
		{"clone new user", [5]uintptr{unix.CLONE_NEWUSER | uintptr(unix.SIGCHLD)}, unix.SYS_CLONE},
		{"clone3", [5]uintptr{}, unix.SYS_CLONE3},
		{"prlimit64 other", [5]uintptr{parent, unix.RLIMIT_NOFILE}, unix.SYS_PRLIMIT64},
		{"prlimit64 own pid", [5]uintptr{self, unix.RLIMIT_NOFILE}, unix.SYS_PRLIMIT64},
		{"prlimit64 self", [5]uintptr{0, unix.RLIMIT_NOFILE}, unix.SYS_PRLIMIT64},
		{"prlimit64 self, upper half", [5]uintptr{1 << 32, unix.RLIMIT_NOFILE}, unix.SYS_PRLIMIT64},
		{"socket alg", [5]uintptr{unix.AF_ALG, unix.SOCK_SEQPACKET}, unix.SYS_SOCKET},
		{"socket vsock", [5]uintptr{unix.AF_VSOCK, unix.SOCK_STREAM}, unix.SYS_SOCKET},
		{"socket packet", [5]uintptr{unix.AF_PACKET, unix.SOCK_DGRAM}, unix.SYS_SOCKET},
		{"socket tipc", [5]uintptr{unix.AF_TIPC, unix.SOCK_DGRAM}, unix.SYS_SOCKET},
		{"socketpair tipc", [5]uintptr{unix.AF_TIPC, unix.SOCK_DGRAM}, unix.SYS_SOCKETPAIR},
		{"socket netfilter", [5]uintptr{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_NETFILTER}, unix.SYS_SOCKET},
		{"socket sctp", [5]uintptr{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP}, unix.SYS_SOCKET},
		{"socket icmp", [5]uintptr{unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP}, unix.SYS_SOCKET},
		{"socket raw", [5]uintptr{unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_TCP}, unix.SYS_SOCKET},
		{"socket unix", [5]uintptr{unix.AF_UNIX, unix.SOCK_STREAM}, unix.SYS_SOCKET},
		{"socket tcp", [5]uintptr{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP}, unix.SYS_SOCKET},
		{"socket tcp6", [5]uintptr{unix.AF_INET6, unix.SOCK_STREAM, unix.IPPROTO_TCP}, unix.SYS_SOCKET},
		{"socket udp", [5]uintptr{unix.AF_INET, unix.SOCK_DGRAM}, unix.SYS_SOCKET},
		{"socket route", [5]uintptr{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE}, unix.SYS_SOCKET},
	}
}

// calls runs each attempt in a child of its own, so that one which kills its
// caller, or would change it, is seen from here.
func calls() map[string]string {
	ended := map[string]string{}
	for _, each := range append(attempts(), attempt{name: "int 0x80"}) {
		ended[each.name] = run(each.name)
	}
	return ended
}

func run(name string) string {
	out, err := exec.Command("/proc/self/exe", name).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return unix.SignalName(status.Signal())
		}
	}
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// child makes one attempt and says how it ended.
func child(name string) {
	if name == "int 0x80" {
		os.Stdout.WriteString(throughOldDoor())
		return
	}
	for _, each := range attempts() {
		if each.name == name {
			result, _, errno := unix.RawSyscall6(each.trap, each.args[0], each.args[1], each.args[2], each.args[3], each.args[4], 0)
			if each.trap == unix.SYS_CLONE && errno == 0 && result == 0 {
				_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0) // the new process: a Go program cannot live on here
			}
			os.Stdout.WriteString(outcome(errno))
		}
	}
}

// throughOldDoor makes a 32-bit call in a thread of its own: the filter ends
// the thread, not the process.
func throughOldDoor() string {
	thread, ended := make(chan int), make(chan string, 1)
	go func() {
		runtime.LockOSThread()
		thread <- unix.Gettid()
		ended <- outcome(oldGetpid())
	}()
	task := "/proc/self/task/" + strconv.Itoa(<-thread) + "/status"
	for {
		select {
		case how := <-ended:
			return how
		case <-time.After(time.Millisecond):
			// The main thread stays as a zombie while others live.
			if status := read(task); status == "" || strings.Contains(status, "(zombie)") {
				return "thread killed"
			}
		}
	}
}

func outcome(errno syscall.Errno) string {
	if errno == 0 {
		return "ok"
	}
	return unix.ErrnoName(errno)
}
