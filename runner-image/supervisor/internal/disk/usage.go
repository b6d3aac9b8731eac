// Package disk measures what a session takes of its disk: what lies in its
// folder, and what was deleted there and is still open or mapped.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	// blockBytes is the unit of st_blocks (stat(2)).
	blockBytes = 512
	// entryBytes is what the emptiest file or folder counts: its inode and its
	// name take some of the disk too.
	entryBytes = 4 << 10
	// maxDepth bounds the nesting that is followed. Nobody needs it, and what
	// lies deeper cannot be counted: it counts as too much.
	maxDepth = 128
	// batch is how many names are held at a time.
	batch = 512
)

// usage adds up; an inode with several names, or none, is counted once.
type usage struct {
	limit int64
	ours  func(pid int) bool
	total int64
	seen  map[uint64]bool
}

// Used returns what the session whose folder is root takes, in bytes. It stops
// counting beyond limit: the sum is then only known to exceed it. A folder that
// its owner has made unreadable is made readable, or what is in it could not be
// counted. What was deleted is looked for in the processes that ours names.
func Used(root *os.Root, limit int64, ours func(pid int) bool) int64 {
	u := usage{limit: limit, ours: ours, seen: map[uint64]bool{}}
	top, err := root.Stat(".")
	if err != nil {
		return 0
	}
	u.walk(root, 0)
	u.unlinked(stat(top).Dev)
	return u.total
}

// walk counts a folder's entries. What goes or changes meanwhile is passed over.
func (u *usage) walk(dir *os.Root, depth int) {
	if depth > maxDepth {
		u.total = u.limit + 1
		return
	}
	f, err := dir.Open(".")
	if err != nil {
		return
	}
	defer f.Close()
	for u.total <= u.limit {
		entries, err := f.ReadDir(batch)
		for _, e := range entries {
			u.entry(dir, e, depth)
		}
		if err != nil {
			return
		}
	}
}

func (u *usage) entry(dir *os.Root, e fs.DirEntry, depth int) {
	info, err := dir.Lstat(e.Name())
	if err != nil {
		return
	}
	u.add(stat(info))
	if !info.IsDir() || u.total > u.limit {
		return
	}
	sub, err := dir.OpenRoot(e.Name())
	if errors.Is(err, fs.ErrPermission) && dir.Chmod(e.Name(), info.Mode()|0o700) == nil {
		sub, err = dir.OpenRoot(e.Name())
	}
	if err != nil {
		return
	}
	defer sub.Close()
	u.walk(sub, depth+1)
}

func (u *usage) add(s *syscall.Stat_t) {
	if s.Nlink != 1 && s.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		if u.seen[s.Ino] {
			return
		}
		u.seen[s.Ino] = true
	}
	u.total += max(s.Blocks*blockBytes, entryBytes)
}

func stat(info fs.FileInfo) *syscall.Stat_t { return info.Sys().(*syscall.Stat_t) }
