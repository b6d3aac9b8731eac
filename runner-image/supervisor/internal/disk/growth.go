package disk

import (
	"syscall"
	"unsafe"
)

// Growth is what a file system holds in all. It costs one system call, so that
// the folder needs to be walked only when the file system has grown enough for
// it to matter.
type Growth struct {
	bytes int64
}

// Held reads what the file system of the folder holds, in bytes, deleted files
// that are still open included, with entryBytes for each inode.
func Held(folder string) (Growth, bool) {
	var s syscall.Statfs_t
	if !statfs(folder, &s) {
		return Growth{}, false
	}
	held := int64(s.Blocks-s.Bfree) * s.Bsize
	return Growth{bytes: held + int64(s.Files-s.Ffree)*entryBytes}, true
}

// statfs is quick, and asked before and after each run: Go's scheduler, told of
// it, would wake its monitor (see rawio).
func statfs(folder string, s *syscall.Statfs_t) bool {
	path, err := syscall.BytePtrFromString(folder)
	if err != nil {
		return false
	}
	_, _, errno := syscall.RawSyscall(syscall.SYS_STATFS, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(s)), 0)
	return errno == 0
}

// Since is how much it has grown, negative for shrunk.
func (g Growth) Since(before Growth) int64 { return g.bytes - before.bytes }
