package workspace

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

const (
	fileMode      = 0o644
	subfolderMode = 0o755

	// sendEvery is how much of a file is written, in bytes, before the disk is
	// started on it.
	sendEvery = 16 << 20
)

// Writer is a file on its way into a session's folder. It is written in the
// data folder's tmp, where the code in the sandbox sees nothing of it, already
// as the sandbox's user (so that a quota counts it), and appears under its name
// whole, at Commit. Not for concurrent use.
type Writer struct {
	folder *Folder
	name   string // in the session's folder
	uid    int
	file   *os.File
	staged string // in tmp
	size   int64
	done   bool

	sent    int64          // how much of the file the disk was started on
	sending errgroup.Group // one part at a time
}

// Create begins a file of that name, owned by uid, mode 0644. It fails at once
// where Commit would: a folder at the name, or a file or link in place of a
// folder on the way. The caller calls Commit, or Abort, or both.
func (f *Folder) Create(name string, uid int) (*Writer, error) {
	name, err := localName(name)
	if err != nil {
		return nil, err
	}
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	if err := f.canCreate(name); err != nil {
		return nil, err
	}
	w := &Writer{folder: f, name: name, uid: uid, staged: rand.Text()}
	w.sending.SetLimit(1)
	w.file, err = f.data.tmp.OpenFile(w.staged, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, explain(name, err)
	}
	if err := own(w.file, uid, fileMode); err != nil {
		return nil, errors.Join(explain(name, err), w.Abort())
	}
	return w, nil
}

// Write adds to the file.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.size += int64(n)
	if w.size-w.sent >= sendEvery && w.sending.TryGo(w.send(w.sent, w.size)) {
		w.sent = w.size
	}
	return n, explain(w.name, err)
}

// send starts the disk on a part of the file and does not wait for it. A file
// system that must have all of a file under way before the file may replace
// another (ext4: auto_da_alloc) has it then, and Commit is quick.
func (w *Writer) send(from, to int64) func() error {
	return func() error {
		_ = unix.SyncFileRange(int(w.file.Fd()), from, to-from, unix.SYNC_FILE_RANGE_WRITE) // a hint
		return nil
	}
}

// Rewind forgets what was written from size on.
func (w *Writer) Rewind(size int64) error {
	if size < 0 || size > w.size {
		return failed(Internal, nil, "%d is not within the %d bytes written", size, w.size)
	}
	_, err := w.file.Seek(size, io.SeekStart)
	if err == nil {
		err = w.file.Truncate(size)
	}
	if err == nil {
		w.size, w.sent = size, min(w.sent, size)
	}
	return explain(w.name, err)
}

// MoveTo has Commit put the file into f, the same folder opened anew: a writer
// may outlive the Folder that it came from.
func (w *Writer) MoveTo(f *Folder) { w.folder = f }

// Size is how many bytes were written.
func (w *Writer) Size() int64 { return w.size }

// Commit puts the file under its name, making the folders on the way (uid's,
// 0755). A file or link that has the name is replaced, never written through;
// a folder is NotAFile. After a failure nothing of the file is left.
func (w *Writer) Commit() (File, error) {
	_ = w.sending.Wait()
	info, err := w.file.Stat()
	if err == nil {
		err = w.file.Close()
	}
	if err == nil {
		err = w.place()
	}
	if err != nil {
		return File{}, errors.Join(explain(w.name, err), w.Abort())
	}
	w.done = true
	return fileOf(w.name, info), nil
}

// Abort throws the file away; after Commit it does nothing.
func (w *Writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	_ = w.sending.Wait()
	if err := w.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return explain(w.name, err)
	}
	if err := w.folder.data.tmp.Remove(w.staged); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain(w.name, err)
	}
	return nil
}

// canCreate looks for what Commit would stumble over, and makes nothing.
func (f *Folder) canCreate(name string) error {
	parent, err := f.parent(name, openDirAt)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the folder is made at Commit
	}
	if err != nil {
		return explain(name, err)
	}
	defer parent.Close()
	there, err := openDirAt(parent, path.Base(name))
	if err != nil {
		return nil // no folder: free, or to be replaced
	}
	return errors.Join(explainErrno(name, syscall.EISDIR, nil), there.Close())
}

// parent opens the folder that name is in, from the session's folder down, each
// step by open. The caller closes it.
func (f *Folder) parent(name string, open func(in *os.File, name string) (*os.File, error)) (*os.File, error) {
	dir, err := openSelf(f.root)
	if err != nil {
		return nil, err
	}
	steps := strings.Split(name, "/")
	for _, step := range steps[:len(steps)-1] {
		next, err := open(dir, step)
		dir.Close()
		if err != nil {
			return nil, err
		}
		dir = next
	}
	return dir, nil
}

// makeDirAt opens a folder and makes it first, uid's, if it is not there. The
// descriptor is what is given away, so a swap in between gains nothing.
func makeDirAt(parent *os.File, name string, uid int) (*os.File, error) {
	made := mkdirAt(parent, name, subfolderMode)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return nil, made
	}
	dir, err := openDirAt(parent, name)
	if err != nil || made != nil {
		return dir, err
	}
	if err := own(dir, uid, subfolderMode); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}
