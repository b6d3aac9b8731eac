package changes

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	// maxFolders are watched; beyond them, or when the uid's own limit of
	// watches is reached, every answer is found by a walk.
	maxFolders = 2048
	// maxDepth bounds folders in folders.
	maxDepth = 16
	// maxAdopted bounds the entries looked at when a folder appears.
	maxAdopted = 20000
	// maxScanned bounds the entries looked at to find all folders.
	maxScanned = 1 << 20
	// chunk is how many entries are read at once.
	chunk = 1024
)

// errEnough ends a visit at its bound.
var errEnough = errors.New("more entries than the bound")

// watch adds a folder, or learns its new name: a watch follows its inode.
func (w *Watcher) watch(folder string) {
	if w.blind || w.crowded {
		return
	}
	if len(w.folders) == maxFolders || strings.Count(folder, "/") >= maxDepth {
		w.crowded = true
		return
	}
	id, err := syscall.InotifyAddWatch(w.loop.Fd(), filepath.Join(w.root.Name(), folder), watched)
	switch {
	case err == nil:
		w.folders[int32(id)] = folder
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.ENOMEM):
		w.crowded = true
	default: // it is gone, or no folder any more; or it has moved on
		w.stray = true
	}
}

// arrived follows a folder to where it was moved. With all in it watched, it
// need not be looked at: it may be large.
func (w *Watcher) arrived(from, to string) {
	if from == "" || w.stray || w.crowded || w.scanned.IsZero() || !w.rename(from, to) {
		w.adopt(to)
		return
	}
	w.record(w.seen.carry(from, to))
}

// rename gives the folder's watches their new names. It returns false for a
// folder that is not watched.
func (w *Watcher) rename(from, to string) (watched bool) {
	for id, folder := range w.folders {
		if rest, in := strings.CutPrefix(folder, from); in && (rest == "" || rest[0] == '/') {
			w.folders[id] = to + rest
			watched = watched || rest == ""
		}
	}
	return watched
}

// adopt watches a folder that has appeared, and takes what was made in it
// before the watch was there.
func (w *Watcher) adopt(folder string) {
	w.watch(folder)
	budget := maxAdopted
	err := visit(context.Background(), w.root, folder, kinds, &budget, func(name string, e fs.DirEntry) {
		if e.IsDir() {
			w.watch(name)
		} else {
			w.record(w.seen.found(name))
		}
	})
	if err != nil {
		w.missed = true
	}
}

// rescan finds all folders anew, on a goroutine of its own: there may be a
// hundred thousand files between them.
func (w *Watcher) rescan() {
	w.scan()
	w.scanned = time.Time{}
	if w.blind || w.crowded {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.scan = cancel
	go w.scanAll(ctx, w.root)
}

func (w *Watcher) scanAll(ctx context.Context, root *os.Root) {
	budget, folders := maxScanned, 0
	err := visit(ctx, root, ".", kinds, &budget, func(name string, e fs.DirEntry) {
		if !e.IsDir() {
			return
		}
		// One more than can be watched tells that there are too many.
		if folders++; folders <= maxFolders+1 {
			w.askAndWait(ctx, func() { w.watch(name) })
		}
	})
	w.loop.Ask(func() {
		if ctx.Err() == nil {
			w.scanned = time.Now()
			w.crowded = w.crowded || err != nil
		}
	})
}

// askAndWait returns when the watcher has run fn, or ctx has ended.
func (w *Watcher) askAndWait(ctx context.Context, fn func()) {
	done := make(chan struct{})
	w.loop.Ask(func() {
		fn()
		close(done)
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
}

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
