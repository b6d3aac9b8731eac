package workspace

import (
	"os"
	"path"
)

// mostRetiring is how many replaced files may be on their way out at once; a
// caller with one more waits for its own.
const mostRetiring = 16

// place puts the staged file under its name.
func (w *Writer) place() error {
	parent, err := w.folder.parent(w.name, func(in *os.File, name string) (*os.File, error) {
		return makeDirAt(in, name, w.uid)
	})
	if err != nil {
		return err
	}
	defer parent.Close()
	tmp, err := openSelf(w.folder.data.tmp)
	if err != nil {
		return err
	}
	defer tmp.Close()
	name := path.Base(w.name)
	if replaced, err := holdAt(parent, name); err == nil {
		defer w.folder.data.retire(replaced)
	}
	return renameAt(tmp, w.staged, parent, name)
}

// retire lets go of a file that was replaced. If nobody else holds it the kernel
// gives its memory back now, which takes as long as a third of its writing: not
// the caller's affair.
func (r *Root) retire(replaced *os.File) {
	if !r.retiring.TryGo(replaced.Close) {
		_ = replaced.Close()
	}
}
