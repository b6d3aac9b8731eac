package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"power-interpreter/orchestrator"
)

// probePattern names the folders in which something is tried. One that a killed
// doctor left is empty but for a file or two.
const probePattern = ".doctor-*"

// probeUID is the last of the sandboxes' users: the least likely to have a
// session, and its files here are gone in a moment anyway.
const probeUID = orchestrator.FirstUID + orchestrator.UIDCount - 1

// try makes a file, gives it to a sandbox's user, and then does to it what only
// the capabilities allow. It removes all of it.
func (d *Folder) try(base string) {
	dir, err := os.MkdirTemp(base, probePattern)
	if err != nil {
		d.Made = bare(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "probe")
	if err := os.WriteFile(file, []byte("1"), 0o600); err != nil {
		d.Made = bare(err)
		return
	}
	d.Tried = true
	d.Chown = os.Chown(file, probeUID, probeUID)
	if d.Chown != nil {
		d.Chown, d.Override, d.Owned = bare(d.Chown), errors.ErrUnsupported, errors.ErrUnsupported
		return
	}
	d.Owned = os.Chmod(file, 0o400)
	f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if d.Override = err; err == nil {
		d.Override = f.Close()
	}
}
