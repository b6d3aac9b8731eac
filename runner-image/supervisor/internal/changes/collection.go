package changes

import (
	"context"
	"io/fs"
	"os"
	"path"
	"time"

	"power-interpreter/internal/wire"
)

const (
	// maxPath bounds, in bytes, a path that is reported, and maxPaths all those
	// of the files, or of what was deleted, in one report: escaped, they must
	// fit a result beside what the kernel says (see link.MaxFrame).
	maxPath  = 1024
	maxPaths = 32 << 10
	// maxWalked and maxWalk bound a walk that stands in for inotify.
	maxWalked = 200000
	maxWalk   = time.Second
)

// Report is what became of the session's folder.
type Report struct {
	// Files are the regular files that were written, changed or renamed, and
	// the folders that were renamed, at most wire.MaxFiles; More counts others.
	Files []wire.File
	More  int
	// Deleted are the paths that were there and are not any more, at most
	// wire.MaxFiles; a folder's ends in a slash and stands for what was in it.
	Deleted     []string
	MoreDeleted int
	// Unsure says that some may be missing: events were lost, or a walk was
	// longer than its bounds.
	Unsure bool
}

// collection gathers a report. A file's status change time decides: no program
// can set it, so that neither a file opened for writing and not written, nor in
// a walk an earlier write, is taken for the execution's.
type collection struct {
	Report
	root  *os.Root
	seen  *history
	began moment
	skip  func(path string) bool
	left  int             // bytes of paths of files that still fit
	moved map[string]bool // origins of what was renamed
	gone  []string        // what was there and is not, in the order of events
}

// check looks at the paths of which events told.
func (c *collection) check() {
	c.left, c.moved = maxPaths, map[string]bool{}
	for _, name := range c.seen.order {
		info, err := c.root.Lstat(name)
		switch {
		case err == nil:
			c.consider(name, info)
		case c.seen.places[name].was:
			c.gone = append(c.gone, name)
		}
	}
	c.collectDeleted()
}

// walk looks at all others.
func (c *collection) walk() {
	budget := maxWalked
	ctx, cancel := context.WithTimeout(context.Background(), maxWalk)
	defer cancel()
	err := visit(ctx, c.root, ".", details, &budget, func(name string, e fs.DirEntry) {
		if info, err := e.Info(); err == nil && c.seen.places[name] == nil {
			c.consider(name, info)
		}
	})
	c.Unsure = c.Unsure || err != nil
}

// consider reports what is at a path, if it is to be told.
func (c *collection) consider(name string, info fs.FileInfo) {
	from := c.seen.from(name)
	if from != "" {
		c.moved[from] = true
	}
	switch {
	case c.skip(name):
	case info.IsDir() && from != "":
		c.add(wire.File{Path: name + "/", From: from + "/"})
	case info.Mode().IsRegular() && (from != "" || c.changed(name, info)):
		c.add(wire.File{Path: name, Size: info.Size(), From: from})
	}
}

// changed says whether a file was written. Where an event tells so, its time need
// only allow it; one that merely came with its folder was, if that is sure.
func (c *collection) changed(name string, info fs.FileInfo) bool {
	at := changeTime(info)
	switch p := c.seen.places[name]; {
	case p == nil:
		return !at.Before(c.began.stamp)
	case p.marked:
		return !at.Before(c.began.earliest())
	default:
		return at.After(c.began.clock)
	}
}

func (c *collection) add(f wire.File) {
	size := len(f.Path) + len(f.From)
	if len(c.Files) == wire.MaxFiles || max(len(f.Path), len(f.From)) > maxPath || size > c.left {
		c.More++
		return
	}
	c.left -= size
	c.Files = append(c.Files, f)
}

// collectDeleted reports what is gone, but for what was renamed, and for what
// went with its folder.
func (c *collection) collectDeleted() {
	left, deleted := maxPaths, map[string]bool{}
	for _, name := range c.gone {
		deleted[name] = !c.moved[name]
	}
	for _, name := range c.gone {
		p := c.seen.places[name]
		went := below(name, deleted) || below(name, c.moved) && !p.lost
		if !deleted[name] || went || c.skip(name) {
			continue
		}
		if p.folder {
			name += "/"
		}
		if len(c.Deleted) == wire.MaxFiles || len(name) > maxPath || len(name) > left {
			c.MoreDeleted++
			continue
		}
		left -= len(name)
		c.Deleted = append(c.Deleted, name)
	}
}

// below says whether any of the folders above name is among those.
func below(name string, folders map[string]bool) bool {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if folders[folder] {
			return true
		}
	}
	return false
}
