package seccomp_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"

	"power-interpreter/deploy/seccomp"
)

var update = flag.Bool("update", false, "rewrite the derived profile and the golden file")

func TestShippedProfileIsTheDerivedOne(t *testing.T) {
	derived, err := seccomp.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "seccomp.json"), string(derived))
}

func TestEveryDifferenceFromTheEnginesDefaultHasAReason(t *testing.T) {
	golden(t, filepath.Join("testdata", "differences.golden"), differences(t))
}

func TestEveryListedCallIsOneThatTheDefaultAllows(t *testing.T) {
	allowed := byName(moby.DefaultProfile())
	for name := range listed() {
		if len(allowed[name]) == 0 {
			t.Errorf("%s is not in the default: the line in the list is dead", name)
		}
	}
}

// What makes a kernel's attack surface large is named once more here, so that
// neither an update of the default nor an edit of our lists can let it in.
func TestDangerousCallsAreNeverAllowed(t *testing.T) {
	allowed := byName(seccomp.Derive())
	for _, name := range []string{
		"io_uring_setup", "io_uring_enter", "io_uring_register", "ptrace", "process_vm_readv", "process_vm_writev",
		"userfaultfd", "perf_event_open", "bpf", "keyctl", "add_key", "request_key", "mount", "umount2", "fsopen",
		"fsmount", "move_mount", "open_tree", "mount_setattr", "pivot_root", "chroot", "unshare", "setns", "kcmp",
		"lookup_dcookie", "quotactl", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "move_pages",
		"migrate_pages", "mbind", "set_mempolicy", "pidfd_getfd", "process_madvise", "vmsplice", "kexec_load",
		"init_module", "finit_module", "delete_module", "reboot", "swapon", "iopl", "ioperm", "syslog", "acct",
		"nfsservctl", "socketcall", "settimeofday", "clock_settime",
	} {
		if len(allowed[name]) > 0 {
			t.Errorf("%s is allowed: %v", name, allowed[name])
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is derived; review the difference after: go test ./deploy/seccomp -update", path)
	}
}

// differences compares the two profiles, not the lists that made one from the
// other, call by call.
func differences(t *testing.T) string {
	before, after := byName(moby.DefaultProfile()), byName(seccomp.Derive())
	var lines strings.Builder
	for _, name := range sortedNames(before, after) {
		if slices.Equal(before[name], after[name]) {
			continue
		}
		reason := reasonFor(name, before[name])
		if reason == "" {
			t.Errorf("%s differs from the default without a reason", name)
		}
		fmt.Fprintf(&lines, "%s: %s\n\tdefault: %s\n\tsandbox: %s\n", name, reason, text(before[name]), text(after[name]))
	}
	fmt.Fprintf(&lines, "architectures: no 32-bit calls, and only those of the image\n\tdefault: %v\n\tsandbox: %v\n",
		moby.DefaultProfile().ArchMap, seccomp.Derive().ArchMap)
	return lines.String()
}
