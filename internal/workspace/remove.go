package workspace

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxRemoveDepth is how deep a tree may be when it is handed to RemoveAll,
// which holds a descriptor for each level: code can nest folders until the
// inodes run out, and the server must not run out of descriptors over it.
const maxRemoveDepth = 32

// readBatch is how many entries of a folder are held in memory at once.
const readBatch = 1024

// RemoveSandbox deletes a sandbox's folder and all below it, however deep,
// large or oddly linked; no link is followed. It is called when the container
// is gone. A folder that does not exist is no error; one that was half deleted
// is deleted further by the next call.
func (r *Root) RemoveSandbox(id string) error {
	if err := checkSandboxID(id); err != nil {
		return err
	}
	if err := r.flattenSandbox(id); err != nil {
		return explain(id, err)
	}
	return explain(id, r.sandboxes.RemoveAll(id))
}

// flattenSandbox deletes what lies in a sandbox's folder, tree by tree. What
// is too deep in one tree becomes a tree of its own at the top.
func (r *Root) flattenSandbox(id string) error {
	parent, err := openSelf(r.sandboxes)
	if err != nil {
		return err
	}
	defer parent.Close()
	top, err := openDirAt(parent, id)
	if notFolder(err) {
		return nil // gone, or no folder: RemoveAll knows what to do
	}
	if err != nil {
		return err
	}
	defer top.Close()
	names, err := top.Readdirnames(-1) // as many as sessions have been in it: one
	if err != nil {
		return err
	}
	f := flattener{top: top, queue: names}
	return f.run(func(name string) error { return r.sandboxes.RemoveAll(id + "/" + name) })
}

type flattener struct {
	top   *os.File
	queue []string // the names in top whose trees are still to do
}

func (f *flattener) run(remove func(name string) error) error {
	for len(f.queue) > 0 {
		name := f.queue[0]
		f.queue = f.queue[1:]
		if err := f.visit(f.top, name, 1); err != nil {
			return err
		}
		if err := remove(name); err != nil {
			return err
		}
	}
	return nil
}

// visit lifts every folder that is too deep below the folder called name.
func (f *flattener) visit(parent *os.File, name string, depth int) error {
	if depth > maxRemoveDepth {
		return f.lift(parent, name)
	}
	dir, err := openDirAt(parent, name)
	if notFolder(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(readBatch)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.visitFolders(dir, entries, depth); err != nil {
			return err
		}
	}
}

func (f *flattener) visitFolders(dir *os.File, entries []fs.DirEntry, depth int) error {
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if err := f.visit(dir, e.Name(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// lift moves a folder to the top, under a name that nobody can have guessed.
func (f *flattener) lift(parent *os.File, name string) error {
	lifted := ".deep-" + rand.Text()
	if err := renameAt(parent, name, f.top, lifted); err != nil {
		return err
	}
	f.queue = append(f.queue, lifted)
	return nil
}

// notFolder says that what was to be opened as a folder is none, or no more.
func notFolder(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}
