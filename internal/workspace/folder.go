package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Folder is a session's folder, open. Its methods may be called concurrently;
// nothing that they do touches anything outside it. The names they take are
// relative to it, as ResolveName returns them.
type Folder struct {
	data *Root
	root *os.Root
}

// File is what is known of a file in a session's folder.
type File struct {
	Path    string      // relative to the folder, slash-separated; any bytes but NUL
	Size    int64       // bytes
	ModTime time.Time   // within the years 1 to 9999, whatever the code made of it
	MIME    string      // empty for what is no regular file
	Mode    fs.FileMode // its type bits are 0 for a regular file
	// ETag is an entity tag (RFC 9110, 8.8.3) of the bytes behind an open file;
	// only Open sets it.
	ETag string
}

// Close lets go of the folder. Files opened from it stay open.
func (f *Folder) Close() error { return f.root.Close() }

// Open opens a regular file for reading; all else is NotAFile, at once, without
// waiting for a FIFO's writer or a lease's holder (Busy). A link is followed if
// it stays inside the folder (a relative one: an absolute one counts as leaving
// and is OutsideSession). The code may change the file while it is read. The
// caller closes the file, and keeps its Name and its errors from users: they
// hold a path of the host.
func (f *Folder) Open(name string) (*os.File, File, error) {
	name, err := localName(name)
	if err != nil {
		return nil, File{}, err
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, File{}, explain(name, err)
	}
	about, err := describe(name, file)
	if err != nil {
		return nil, File{}, errors.Join(err, file.Close())
	}
	return file, about, nil
}

// describe judges an open file by its descriptor.
func describe(name string, file *os.File) (File, error) {
	info, err := file.Stat()
	if err != nil {
		return File{}, explain(name, err)
	}
	if err := mustBeRegular(name, info); err != nil {
		return File{}, err
	}
	about := fileOf(name, info)
	about.ETag = entityTag(info, time.Now())
	about.MIME, err = sniffed(name, file)
	return about, explain(name, err)
}

// Stat tells about a regular file without opening it; links are as in Open. The
// MIME type is by extension alone.
func (f *Folder) Stat(name string) (File, error) {
	name, err := localName(name)
	if err != nil {
		return File{}, err
	}
	info, err := f.root.Stat(name)
	if err != nil {
		return File{}, explain(name, err)
	}
	if err := mustBeRegular(name, info); err != nil {
		return File{}, err
	}
	return fileOf(name, info), nil
}

// Kind returns what is at a path in the session's folder, also a link itself. Its
// error wraps fs.ErrNotExist where there is nothing.
func (f *Folder) Kind(name string) (fs.FileMode, error) {
	name, err := localName(name)
	if err != nil {
		return 0, err
	}
	info, err := f.root.Lstat(name)
	if err != nil {
		return 0, explain(name, err)
	}
	return info.Mode().Type(), nil
}

// Remove deletes one file, link or other entry, or an empty folder; never what
// a link points to.
func (f *Folder) Remove(name string) error {
	name, err := localName(name)
	if err != nil {
		return err
	}
	return explain(name, f.root.Remove(name))
}

func fileOf(name string, info fs.FileInfo) File {
	about := File{Path: name, Size: info.Size(), ModTime: sayable(info.ModTime()), Mode: info.Mode()}
	if info.Mode().IsRegular() {
		about.MIME = typeOf(name)
	}
	return about
}

// earliest and latest are what JSON can say of a time, in every zone (RFC 3339,
// 5.6). Code may give a file any that its file system keeps, and nothing that
// holds another could be told, or be written down.
var (
	earliest = time.Date(1, time.January, 2, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, time.December, 30, 0, 0, 0, 0, time.UTC)
)

// sayable is t, or the nearest time that can be said.
func sayable(t time.Time) time.Time {
	switch {
	case t.Before(earliest):
		return earliest
	case t.After(latest):
		return latest
	default:
		return t
	}
}

func mustBeRegular(name string, info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return explainErrno(name, syscall.EISDIR, nil)
	default:
		return explainErrno(name, syscall.ENXIO, nil)
	}
}

// localName is name without its detours, if it names something below the folder.
func localName(name string) (string, error) {
	if strings.ContainsRune(name, 0) {
		return "", failed(InvalidName, nil, "%s holds a NUL byte; use another name", quoted(name))
	}
	if !filepath.IsLocal(name) || len(name) > maxName {
		return "", failed(OutsideSession, nil, "%s is no name of a file in the session's folder", quoted(name))
	}
	name = path.Clean(name)
	if name == "." {
		return "", failed(InvalidName, nil, "the session's folder itself is no file; name a file in it")
	}
	return name, nil
}
