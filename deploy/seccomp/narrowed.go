package seccomp

import (
	"slices"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Narrowing allows a system call for some arguments only.
type Narrowing struct {
	Name   string
	Reason string
	// Forms are the argument lists that are allowed. The filter compares all
	// 64 bits for equality, so no stray upper half slips past it.
	Forms [][]specs.LinuxSeccompArg
}

// Narrowed returns what the default allows with any argument, or with more
// arguments, than a sandbox.
func Narrowed() []Narrowing {
	return []Narrowing{
		{
			Name:   "prlimit64",
			Reason: "on the caller itself only: the same uid could lower the limits of PID 1 until it dies",
			Forms:  [][]specs.LinuxSeccompArg{{equal(0, 0)}},
		},
		{
			Name:   "socket",
			Reason: "any other family or protocol makes the kernel load a module that nobody in a sandbox without a network needs",
			Forms:  sockets(),
		},
		{
			Name:   "socketpair",
			Reason: "as for socket: pairs are local sockets",
			Forms:  [][]specs.LinuxSeccompArg{{equal(0, unix.AF_UNIX)}},
		},
	}
}

// sockets are the argument lists of socket(2): local sockets; TCP and UDP for
// what talks to itself over the loopback (Chromium, joblib); and rtnetlink, by
// which getaddrinfo and if_nameindex read the list of interfaces.
func sockets() [][]specs.LinuxSeccompArg {
	forms := [][]specs.LinuxSeccompArg{
		{equal(0, unix.AF_UNIX)},
		{equal(0, unix.AF_NETLINK), equal(2, unix.NETLINK_ROUTE)},
	}
	for _, family := range []uint64{unix.AF_INET, unix.AF_INET6} {
		for _, protocol := range []uint64{unix.IPPROTO_IP, unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			forms = append(forms, []specs.LinuxSeccompArg{equal(0, family), equal(2, protocol)})
		}
	}
	return forms
}

func equal(argument uint, value uint64) specs.LinuxSeccompArg {
	return specs.LinuxSeccompArg{Index: argument, Value: value, Op: specs.OpEqualTo}
}

func (n Narrowing) rules() []*moby.Syscall {
	var rules []*moby.Syscall
	for form := range slices.Values(n.Forms) {
		rules = append(rules, &moby.Syscall{LinuxSyscall: specs.LinuxSyscall{
			Names: []string{n.Name}, Action: specs.ActAllow, Args: form,
		}})
	}
	return rules
}
