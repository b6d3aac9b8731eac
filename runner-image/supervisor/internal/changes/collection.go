package changes

import (
	"context"
	"io/fs"
	"os"
	"syscall"
	"time"

	"power-interpreter/internal/wire"
)

const (
	// clockGrain is how far a file's time may lie before the true one: the
	// kernel stamps files with its last tick, at most 10 ms ago.
	clockGrain = 10 * time.Millisecond
	// maxPath bounds, in bytes, a path that is reported.
	maxPath = 1024
	// maxWalked and maxWalk bound a walk that stands in for inotify.
	maxWalked = 100000
	maxWalk   = time.Second
)

// collection gathers the files of one answer. A file's status change time
// decides: no program can set it, so that neither a write before the execution
// nor another's upload between two is taken for the execution's.
type collection struct {
	root  *os.Root
	since time.Time
	skip  func(path string) bool
	files []wire.File
	more  int
}

func (c *collection) check(paths []string) {
	for _, name := range paths {
		c.consider(name)
	}
}

func (c *collection) walk() {
	budget := maxWalked
	ctx, cancel := context.WithTimeout(context.Background(), maxWalk)
	defer cancel()
	_ = visit(ctx, c.root, ".", &budget, func(name string, kind fs.FileMode) {
		if kind.IsRegular() && ctx.Err() == nil {
			c.consider(name)
		}
	})
}

func (c *collection) consider(name string) {
	if c.skip(name) {
		return
	}
	info, err := c.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || changeTime(info).Before(c.since) {
		return
	}
	if len(c.files) == wire.MaxFiles || len(name) > maxPath {
		c.more++
		return
	}
	c.files = append(c.files, wire.File{Path: name, Size: info.Size()})
}

func changeTime(info fs.FileInfo) time.Time {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.ModTime()
	}
	return time.Unix(stat.Ctim.Unix())
}
