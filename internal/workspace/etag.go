package workspace

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// settled is how long ago a file must have changed last for its tag to be a
// strong one: the kernel's clock for files moves in steps of up to 10 ms, and a
// second change within a step leaves no trace.
const settled = 2 * time.Second

// entityTag tells one state of a file from another by its inode, its size and
// the time of its last change (st_ctime), which code cannot set as it can the
// time of modification. It is weak while another change could still go unseen,
// so that nobody joins two halves of different states (RFC 9110, 13.1.5).
func entityTag(info fs.FileInfo, now time.Time) string {
	stat := info.Sys().(*syscall.Stat_t)
	changed := time.Unix(stat.Ctim.Unix())
	tag := fmt.Sprintf(`"%x-%x-%x"`, stat.Ino, stat.Size, changed.UnixNano())
	if now.Sub(changed) < settled {
		return "W/" + tag
	}
	return tag
}
