package changes

import (
	"context"
	"errors"
	"io/fs"
	"os"
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
)

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
