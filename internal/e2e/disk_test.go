//go:build e2e

package e2e

import (
	"encoding/base64"
	"testing"
)

// writes is code that writes files of 4 MiB each until it is stopped, slowly
// enough for a busy machine to notice long before it is twice too much.
const writes = `
import os, time
for n in range(256):
    with open(f"part-{n}", "wb") as f:
        f.write(os.urandom(1 << 20) * 4)
    time.sleep(0.05)
time.sleep(60)`

func TestASessionsFilesAreBoundedInAll(t *testing.T) {
	c := own(t, "SESSION_DISK=128MiB").in(t, "full")
	c.run("kept = 1")
	c.fails("execute_code", map[string]any{"code": writes}, "DiskFull", "Variables are kept")
	c.wants(c.run("kept"), "1")
	c.fails("upload_file", map[string]any{"filename": "one-more.csv", "content_base64": base64.StdEncoding.EncodeToString(make([]byte, 1<<20))},
		"of the 128 MiB", "Delete files")
	c.run("import glob, os\nfor name in glob.glob('part-*'): os.remove(name)")
	c.ok("upload_file", map[string]any{"filename": "one-more.csv", "content_base64": "YQo="})
	c.wants(c.run("open('room.txt', 'w').write('again')"), "room.txt")
}

func TestADeletedFileThatIsStillOpenCounts(t *testing.T) {
	c := own(t, "SESSION_DISK=128MiB").in(t, "hidden")
	c.fails("execute_code", map[string]any{"code": `
import os, time
held = []
for n in range(256):
    f = open("hidden", "wb"); os.remove("hidden"); held.append(f)
    f.write(os.urandom(1 << 20) * 4); f.flush()
    time.sleep(0.05)
time.sleep(60)`}, "DiskFull")
	c.wants(c.run("len(held) > 0"), "True")
}

func TestWhatWillNotStopWritingIsKilledAndToldSo(t *testing.T) {
	c := own(t, "SESSION_DISK=128MiB").in(t, "stubborn")
	c.fails("execute_code", map[string]any{"code": `
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)` + writes}, "disk full", "128 MiB", "variables are lost")
	c.wants(c.run("import glob, os\nfor name in glob.glob('part-*'): os.remove(name)\nprint('room')"), "room")
}
