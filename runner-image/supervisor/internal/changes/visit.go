package changes

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// chunk is how many entries are read at once.
const chunk = 1024

// errEnough ends a visit at its bound.
var errEnough = errors.New("more entries than the bound")

// sight is how much of the entries a visit looks at.
type sight bool

const (
	// kinds alone need no system call for each entry.
	kinds sight = false
	// details are what Lstat tells.
	details sight = true
)

// visit calls see for every entry below folder but those that it cannot read.
// It visits a folder after see has returned for it, so that nothing is made in
// it unseen between the two.
func visit(ctx context.Context, root *os.Root, folder string, look sight, budget *int, see func(name string, e fs.DirEntry)) error {
	folders := []string{folder}
	for len(folders) > 0 {
		next := folders[0]
		folders = folders[1:]
		err := visitOne(ctx, root, next, look, budget, func(name string, e fs.DirEntry) {
			see(name, e)
			if e.IsDir() && strings.Count(name, "/") < maxDepth {
				folders = append(folders, name)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func visitOne(ctx context.Context, root *os.Root, folder string, look sight, budget *int, see func(string, fs.DirEntry)) error {
	dir, err := open(root, folder, look)
	if err != nil {
		return nil // gone, or closed to us: nothing to report from there
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(chunk)
		for _, e := range entries {
			if *budget--; *budget < 0 {
				return errEnough
			}
			see(path.Join(folder, e.Name()), e)
		}
		if len(entries) == 0 || err != nil {
			return ctx.Err()
		}
	}
}

// open opens a folder. Reading one that was opened in a Root looks at each entry
// in detail; for their kinds alone, a file on the same description is read.
func open(root *os.Root, folder string, look sight) (*os.File, error) {
	dir, err := root.Open(folder)
	if err != nil || look == details {
		return dir, err
	}
	defer dir.Close()
	fd, err := duplicate(dir)
	if err != nil {
		return nil, err
	}
	return os.NewFile(fd, folder), nil
}

func duplicate(f *os.File) (fd uintptr, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	var errno syscall.Errno
	err = raw.Control(func(own uintptr) {
		fd, _, errno = syscall.Syscall(syscall.SYS_FCNTL, own, syscall.F_DUPFD_CLOEXEC, 0)
	})
	if errno != 0 {
		err = os.NewSyscallError("fcntl", errno)
	}
	return fd, err
}
