// Package workspace is the one place where paths of the host are joined. It
// manages the data folder (SANDBOX_DATA_DIR):
//
//	lock                          held by the server that uses the folder
//	state.db                      its record of executions (see internal/store)
//	tmp/                          files that are being written; emptied at Open
//	claims/{internal id}/         claim.json: whose sandbox it is
//	sandboxes/{internal id}/      mounted into the container; root's, so that
//	                              code cannot rename what lies in it
//	sandboxes/{internal id}/{session_id}/   the session's folder; the sandbox's uid's
//
// All below a session's folder is hostile: it was put there, and may be swapped
// at any moment, by code that nobody vouches for. Nothing here checks a path
// and then opens it; files and folders are opened confined (os.Root, or one
// unfollowed component at a time) and judged by their descriptor.
//
// The server needs CHOWN, DAC_OVERRIDE and FOWNER on the data folder.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// The names in the data folder, and the modes of its folders. sandboxes and
// what lies directly in it can be passed through but not listed by others.
const (
	lockName      = "lock"
	stateName     = "state.db"
	tmpName       = "tmp"
	claimsName    = "claims"
	sandboxesName = "sandboxes"

	privateMode = 0o700
	passMode    = 0o711
)

// Root is the data folder, held by this process alone until Close. Its methods
// may be called concurrently.
type Root struct {
	dir       string // absolute, of the host
	lock      *os.File
	data      *os.Root
	tmp       *os.Root
	claims    *os.Root
	sandboxes *os.Root
	retiring  errgroup.Group // replaced files on their way out
}

// Open makes the data folder ready and takes its lock. It fails, with what to
// do, when the folder cannot be made or written, or when another server holds
// it. Leftovers of files that a killed server was writing are removed. The
// caller calls Close.
func Open(dir string) (*Root, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	r := &Root{dir: abs}
	r.retiring.SetLimit(mostRetiring)
	if err := r.open(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Root) open() (err error) {
	if err := os.MkdirAll(r.dir, privateMode); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w; make it yourself or set SANDBOX_DATA_DIR to a folder that this user can write", err)
	}
	if r.data, err = os.OpenRoot(r.dir); err != nil {
		return fmt.Errorf("the data folder cannot be opened: %w; set SANDBOX_DATA_DIR to a folder that this user can read and write", err)
	}
	if r.isForeign() {
		return fmt.Errorf("the data folder %s has a folder %s of something else, whose files would be lost; set SANDBOX_DATA_DIR to an empty folder", r.dir, tmpName)
	}
	if err := r.takeLock(); err != nil {
		return err
	}
	if err := r.data.RemoveAll(tmpName); err != nil {
		return fmt.Errorf("the data folder %s cannot be tidied: %w; check its owner and free space", r.dir, err)
	}
	return r.openFolders()
}

// isForeign says whether there is a tmp that no server has made: claims is made
// at the same time, and the lock before either.
func (r *Root) isForeign() bool {
	return r.has(tmpName) && !r.has(lockName) && !r.has(claimsName)
}

func (r *Root) has(name string) bool {
	_, err := r.data.Lstat(name)
	return err == nil
}

func (r *Root) openFolders() (err error) {
	if r.tmp, err = r.folder(tmpName, privateMode); err != nil {
		return err
	}
	if r.claims, err = r.folder(claimsName, privateMode); err != nil {
		return err
	}
	r.sandboxes, err = r.folder(sandboxesName, passMode)
	return err
}

func (r *Root) folder(name string, mode os.FileMode) (*os.Root, error) {
	sub, err := r.makeFolder(name, mode)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written: %w; check its owner and free space, or set SANDBOX_DATA_DIR to another", r.dir, err)
	}
	return sub, nil
}

func (r *Root) makeFolder(name string, mode os.FileMode) (*os.Root, error) {
	if err := r.data.Mkdir(name, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := r.data.Chmod(name, mode); err != nil {
		return nil, err
	}
	return r.data.OpenRoot(name)
}

// takeLock holds the lock file until Close. The kernel lets go of it when the
// process dies, however it dies.
func (r *Root) takeLock() (err error) {
	r.lock, err = r.data.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be written: %w; check its owner and free space, or set SANDBOX_DATA_DIR to another", r.dir, err)
	}
	err = retry(func() error { return syscall.Flock(int(r.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) })
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("the data folder %s is in use by another Power Interpreter%s; stop that one, or set SANDBOX_DATA_DIR to a folder of this one's own", r.dir, holder(r.lock))
	}
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be locked: %w; use a local file system", r.dir, err)
	}
	return errors.Join(r.lock.Truncate(0), writePID(r.lock))
}

func writePID(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

// holder names the process that wrote its number into the lock file, if one did.
func holder(lock *os.File) string {
	var buf [20]byte // no process number is longer
	n, _ := lock.ReadAt(buf[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

// StatePath is where the server keeps its record of executions: a file, with
// two beside it, that only it can read.
func (r *Root) StatePath() string { return filepath.Join(r.dir, stateName) }

// Free is how many bytes the data folder's file system has left.
func (r *Root) Free() (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(r.dir, &fs); err != nil {
		return 0, explain(".", err)
	}
	return int64(fs.Bavail) * fs.Bsize, nil
}

// Dir is the absolute path of the data folder on the host.
func (r *Root) Dir() string { return r.dir }

// Close lets go of the data folder. Folders and writers that were opened from
// it must not be used afterwards. A second call does nothing.
func (r *Root) Close() error {
	errs := []error{r.retiring.Wait()}
	for _, root := range []*os.Root{r.tmp, r.claims, r.sandboxes, r.data} {
		if root != nil {
			errs = append(errs, root.Close())
		}
	}
	if r.lock != nil {
		if err := r.lock.Close(); !errors.Is(err, fs.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
