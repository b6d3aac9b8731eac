package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lookFolder looks at the data folder, or at the nearest one above that exists,
// and tries there what the server does to files.
func lookFolder(ctx context.Context, path string) Folder {
	d, err := bounded(ctx, folderTime, func() Folder { return folderFacts(path) })
	if err != nil {
		return Folder{Path: path, Err: fmt.Errorf("its file system gives %w", err)}
	}
	return d
}

func folderFacts(path string) Folder {
	d := Folder{Path: path, Inodes: -1}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Parent = nearestFolder(path)
	case err != nil:
		d.Err = bare(err)
	case !info.IsDir():
		d.Err = errors.New("it is no folder")
	default:
		d.Exists, d.Mode = true, info.Mode().String()
		if stat, known := info.Sys().(*syscall.Stat_t); known {
			d.Owner = int(stat.Uid)
		}
		d.Holder = holderOf(filepath.Join(path, "lock"))
		d.lookOthers()
	}
	if d.Err != nil {
		return d
	}
	d.lookSpace(d.base())
	d.try(d.base())
	return d
}

// lookOthers counts what is there before any server was.
func (d *Folder) lookOthers() {
	if _, err := os.Lstat(filepath.Join(d.Path, "lock")); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	f, err := os.Open(d.Path)
	if err != nil {
		return // folder tells
	}
	defer f.Close()
	const most = 1000 // a folder of millions is counted no further
	names, _ := f.Readdirnames(most)
	for _, name := range names {
		if name == "lost+found" || strings.HasPrefix(name, ".doctor-") {
			continue
		}
		d.Others++
		d.Tmp = d.Tmp || name == "tmp"
	}
}

// base is the folder that there is.
func (d *Folder) base() string { return either(d.Parent, d.Path) }

func nearestFolder(path string) string {
	for path = filepath.Dir(path); path != filepath.Dir(path); path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
	}
	return path
}

func (d *Folder) lookSpace(base string) {
	var s syscall.Statfs_t
	if syscall.Statfs(base, &s) == nil {
		d.Free, d.Total = int64(s.Bavail)*s.Bsize, int64(s.Blocks)*s.Bsize
		if s.Files > 0 {
			d.Inodes = int64(s.Ffree)
		}
	}
	var here syscall.Stat_t
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err == nil && syscall.Stat(base, &here) == nil {
		d.Type, d.Mount, d.Options = mountOf(string(mounts), base)
	}
}

// mountOf finds the mount that holds an absolute path in proc(5), mountinfo: the
// longest mount point above it, the last of several on one.
func mountOf(mountinfo, path string) (kind, point string, options []string) {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	for line := range strings.Lines(mountinfo) {
		before, after, found := strings.Cut(strings.TrimSpace(line), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !found || len(left) < 6 || len(right) < 3 {
			continue
		}
		at := unescape(left[4])
		if len(at) < len(point) || !within(path, at) {
			continue
		}
		kind, point = right[0], at
		options = append(strings.Split(left[5], ","), strings.Split(right[2], ",")...)
	}
	return kind, point, options
}

func within(path, folder string) bool {
	return folder == "/" || path == folder || strings.HasPrefix(path, folder+"/")
}

// unescape reads the octal escapes of mountinfo: blanks, and the backslash.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace

// holderOf finds who holds the flock on a file in proc(5), /proc/locks, without
// touching the lock itself: a server that starts meanwhile must get it.
func holderOf(path string) int {
	var s syscall.Stat_t
	if err := syscall.Stat(path, &s); errors.Is(err, fs.ErrNotExist) {
		return 0
	} else if err != nil {
		return -1
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return -1
	}
	return holderIn(string(locks), uint64(s.Dev), s.Ino)
}

func holderIn(locks string, device, inode uint64) int {
	major, minor := device>>8&0xfff|device>>32&^0xfff, device&0xff|device>>12&^0xff // makedev(3)
	want := fmt.Sprintf("%02x:%02x:%d", major, minor, inode)
	for line := range strings.Lines(locks) {
		words := strings.Fields(line)
		if len(words) < 6 || words[1] != "FLOCK" || words[5] != want {
			continue
		}
		if pid, err := strconv.Atoi(words[4]); err == nil && pid > 0 {
			return pid
		}
		return -1 // of another pid namespace
	}
	return 0
}

// bare is an error without the path, which the finding names.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
