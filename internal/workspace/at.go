package workspace

import (
	"errors"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// The functions here work on one name directly below an open folder, by the
// kernel's *at calls. A single component that is never followed cannot be
// turned into a way out, whatever the code in a sandbox swaps meanwhile.
// (os.Root does the same but follows links that stay inside, and its OpenRoot
// waits forever on a FIFO: it opens without O_DIRECTORY.)

// openDirAt opens the folder called name below parent. A link is ELOOP or
// ENOTDIR, anything else that is no folder ENOTDIR. The caller closes it.
func openDirAt(parent *os.File, name string) (*os.File, error) {
	return openAt(parent, name, unix.O_RDONLY|unix.O_DIRECTORY)
}

// holdAt opens the entry called name below parent, whatever it is, without
// touching it: all that can be done with it is to let go of it.
func holdAt(parent *os.File, name string) (*os.File, error) {
	return openAt(parent, name, unix.O_PATH)
}

// openAt opens the entry called name below parent, and follows no link.
func openAt(parent *os.File, name string, flags int) (*os.File, error) {
	var fd int
	err := retry(func() (err error) {
		fd, err = unix.Openat(int(parent.Fd()), name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	runtime.KeepAlive(parent)
	if err != nil {
		return nil, &os.PathError{Op: "openat", Path: name, Err: err}
	}
	return os.NewFile(uintptr(fd), name), nil
}

// mkdirAt makes the folder called name below parent, or says EEXIST.
func mkdirAt(parent *os.File, name string, perm uint32) error {
	err := retry(func() error { return syscall.Mkdirat(int(parent.Fd()), name, perm) })
	runtime.KeepAlive(parent)
	if err != nil {
		return &os.PathError{Op: "mkdirat", Path: name, Err: err}
	}
	return nil
}

// renameAt moves an entry from one open folder to another. What has the new
// name is replaced if it is no folder; a link is replaced, not followed.
func renameAt(from *os.File, oldName string, to *os.File, newName string) error {
	err := retry(func() error {
		return syscall.Renameat(int(from.Fd()), oldName, int(to.Fd()), newName)
	})
	runtime.KeepAlive(from)
	runtime.KeepAlive(to)
	if err != nil {
		return &os.LinkError{Op: "renameat", Old: oldName, New: newName, Err: err}
	}
	return nil
}

// openSelf opens the folder that root is, as a file.
func openSelf(root *os.Root) (*os.File, error) {
	return root.OpenFile(".", syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
}

// own gives an open file or folder its owner and its exact mode: the process's
// umask had a say when it was made. The group is the owner's number.
func own(f *os.File, uid int, mode os.FileMode) error {
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return f.Chown(uid, uid)
}

// syncDir makes the entries of a folder survive a power cut.
func syncDir(root *os.Root) error {
	d, err := openSelf(root)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func retry(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
