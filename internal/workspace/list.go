package workspace

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

const (
	// maxWalkEntries bounds a walk in time: cold and on a busy disk, 100,000
	// entries took 2 s. No honest session has that many.
	maxWalkEntries = 200_000

	// maxWalkDepth bounds the descriptors that a walk holds, one a level.
	maxWalkDepth = 64

	// maxListed bounds what List returns, whatever its caller asks for.
	maxListed = 10_000

	// blockSize is the unit of st_blocks (stat(2)).
	blockSize = 512
)

// errEnough ends a walk early.
var errEnough = errors.New("walked far enough")

// List returns the files below the folder, sub-folders included, by path: at
// most limit of them (and at most 10,000). Links, FIFOs and other odd entries are
// listed with their Mode and not followed; folders are not listed. truncated
// says that there is more than is returned, be it too many or too deep.
func (f *Folder) List(limit int) (files []File, truncated bool, err error) {
	limit = min(limit, maxListed)
	w := walk{ctx: context.Background(), visit: func(rel string, info fs.FileInfo) error {
		if info.IsDir() {
			return nil
		}
		if len(files) >= limit {
			return errEnough
		}
		files = append(files, fileOf(rel, info))
		return nil
	}}
	if err := w.run(f); err != nil {
		return nil, false, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, w.cut, nil
}

// Usage is what a session's folder takes of the disk.
type Usage struct {
	Bytes    int64 // as allocated: holes count nothing, a file with two names once
	Files    int64 // entries that are no folders
	Complete bool  // false: there is more, too many or too deep to count
}

// Usage walks the folder and adds up. Files that were deleted but are still
// open are not seen.
func (f *Folder) Usage(ctx context.Context) (Usage, error) {
	var sum Usage
	seen := map[uint64]bool{} // inodes with several names; the walk bounds it
	w := walk{ctx: ctx, visit: func(_ string, info fs.FileInfo) error {
		stat := info.Sys().(*syscall.Stat_t)
		if !info.IsDir() {
			sum.Files++
		}
		if !info.IsDir() && stat.Nlink > 1 {
			if seen[stat.Ino] {
				return nil
			}
			seen[stat.Ino] = true
		}
		sum.Bytes += stat.Blocks * blockSize
		return nil
	}}
	err := w.run(f)
	sum.Complete = !w.cut
	return sum, err
}

// walk visits what lies below a folder, following no link.
type walk struct {
	ctx   context.Context
	visit func(rel string, info fs.FileInfo) error // errEnough ends the walk
	seen  int
	cut   bool // not everything was visited
}

func (w *walk) run(f *Folder) error {
	top, err := openSelf(f.root)
	if err != nil {
		return explain(".", err)
	}
	defer top.Close()
	err = w.folder(top, "", 1)
	if errors.Is(err, errEnough) {
		w.cut = true
		return nil
	}
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	return explain(".", err)
}

func (w *walk) folder(dir *os.File, rel string, depth int) error {
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		infos, err := dir.Readdir(readBatch)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, info := range infos {
			if err := w.entry(dir, path.Join(rel, info.Name()), info, depth); err != nil {
				return err
			}
		}
	}
}

func (w *walk) entry(dir *os.File, rel string, info fs.FileInfo, depth int) error {
	w.seen++
	if w.seen > maxWalkEntries {
		return errEnough
	}
	if err := w.visit(rel, info); err != nil || !info.IsDir() {
		return err
	}
	if depth >= maxWalkDepth {
		w.cut = true
		return nil
	}
	sub, err := openDirAt(dir, info.Name())
	if notFolder(err) {
		return nil // it went, or became something else, since it was read
	}
	if err != nil {
		return err
	}
	defer sub.Close()
	return w.folder(sub, rel, depth+1)
}
