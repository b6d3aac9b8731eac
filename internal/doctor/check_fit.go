package doctor

import (
	"fmt"
	"time"
)

// patience is how long common clients wait for a call.
const patience = time.Minute

// fit tells of settings that are allowed, each, and do not go well together.
func fit(f Facts) []Finding {
	c := f.Config
	var found []Finding
	for _, file := range []struct {
		name string
		mb   int64
	}{{"MAX_UPLOAD_MB", c.MaxUploadMB}, {"MAX_FETCH_SIZE_MB", c.MaxFetchMB}} {
		if file.mb<<20 > int64(c.SessionDisk) {
			found = append(found, warn("fit", fmt.Sprintf("%s is %d and SESSION_DISK %s", file.name, file.mb, size(int64(c.SessionDisk))),
				"no session has room for a file that large", "raise SESSION_DISK, or lower "+file.name))
		}
	}
	if d := time.Duration(c.DetachAfter); d >= patience {
		found = append(found, warn("fit", fmt.Sprintf("DETACH_AFTER is %v", c.DetachAfter),
			"many clients give a call up after a minute, and then learn of its job only at the next", "set DETACH_AFTER=55s"))
	}
	if c.WarmSandboxes > c.MaxSessions {
		found = append(found, warn("fit", fmt.Sprintf("WARM_SANDBOXES is %d and MAX_SESSIONS %d", c.WarmSandboxes, c.MaxSessions),
			"more wait than can ever be used", "lower WARM_SANDBOXES"))
	}
	return found
}
