package doctor_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/doctor"
)

const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /srv rw,nosuid - xfs /dev/vdb rw,usrquota
31 30 0:26 / /srv/data\040here rw,noexec - nfs4 host:/x rw,vers=4.2
32 30 0:27 / /srv/over rw - tmpfs one rw
33 30 0:28 / /srv/over ro - tmpfs two ro
34 22 0:29 / /srvx rw - btrfs /dev/vdc rw
half a line
`

func TestTheMountThatHoldsAPath(t *testing.T) {
	for path, want := range map[string]string{
		"/home/me":            "ext4 / rw,relatime,rw",
		"/srv":                "xfs /srv rw,nosuid,rw,usrquota",
		"/srv/other":          "xfs /srv rw,nosuid,rw,usrquota",
		"/srv/data here/more": "nfs4 /srv/data here rw,noexec,rw,vers=4.2",
		"/srv/over/x":         "tmpfs /srv/over ro,ro",
		"/srvx/y":             "btrfs /srvx rw,rw",
		"/srvxyz":             "ext4 / rw,relatime,rw",
	} {
		kind, point, options := doctor.MountOf(mountinfo, path)
		if got := kind + " " + point + " " + strings.Join(options, ","); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestWhoHoldsALock(t *testing.T) {
	const locks = `1: FLOCK  ADVISORY  WRITE 16357 fe:00:11012445 0 EOF
2: POSIX  ADVISORY  READ 14798 fe:00:77 128 128
3: FLOCK  ADVISORY  WRITE 0 fe:00:88 0 EOF
3: -> FLOCK  ADVISORY  WRITE 5 fe:00:99 0 EOF
short
`
	const device = 0xfe << 8
	for inode, want := range map[uint64]int{11012445: 16357, 77: 0, 88: -1, 99: 0, 1: 0} {
		if got := doctor.HolderIn(locks, device, inode); got != want {
			t.Errorf("inode %d: got %d, want %d", inode, got, want)
		}
	}
}

func TestWhatTheKernelTellsOfTheHost(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"proc/meminfo":                           "MemTotal:       1024 kB\nMemAvailable:    512 kB\nodd\nSwapTotal:  many kB\nSwapTotal:   2 kB\n",
		"proc/sys/kernel/pid_max":                "32768\n",
		"proc/sys/fs/inotify/max_user_watches":   "100\n",
		"proc/sys/fs/inotify/max_user_instances": "nonsense\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := doctor.LookHost(root)
	if h.Memory != 1<<20 || h.Available != 512<<10 || h.Swap != 2<<10 || h.PIDs != 32768 || h.Watches != 100 || h.Watchers != 0 || h.Keys != 0 {
		t.Errorf("%+v", h)
	}
	if h.Descriptors <= 0 {
		t.Errorf("%d descriptors", h.Descriptors)
	}
}

func TestWhatHangsIsGivenUpWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release, done := make(chan struct{}), make(chan struct{})
	cancel()
	if _, err := doctor.Bounded(ctx, time.Hour, func() int { defer close(done); <-release; return 1 }); err == nil {
		t.Error("an answer came of what hangs")
	}
	close(release)
	<-done
	if got, err := doctor.Bounded(t.Context(), time.Hour, func() int { return 1 }); got != 1 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}
