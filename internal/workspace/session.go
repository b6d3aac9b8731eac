package workspace

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// MakeSession makes the session's folder in its sandbox's: uid's alone (0700,
// group uid). A folder that is there already and belongs to uid stays as it is;
// one that belongs to another is Conflict.
func (r *Root) MakeSession(id, sessionID string, uid int) error {
	if err := cmp.Or(checkSandboxID(id), ValidSessionID(sessionID), checkUID(uid)); err != nil {
		return err
	}
	sandbox, err := r.openSandbox(id)
	if err != nil {
		return err
	}
	defer sandbox.Close()
	if err := mkdirAt(sandbox, sessionID, privateMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return explain(sessionID, err)
	}
	return ownSession(sandbox, sessionID, uid)
}

// ownSession gives a folder that is root's (a new one, or one that a crash left
// before it was given) to uid.
func ownSession(sandbox *os.File, sessionID string, uid int) error {
	folder, err := openDirAt(sandbox, sessionID)
	if err != nil {
		return explain(sessionID, err)
	}
	defer folder.Close()
	info, err := folder.Stat()
	if err != nil {
		return explain(sessionID, err)
	}
	switch int(info.Sys().(*syscall.Stat_t).Uid) {
	case uid, os.Geteuid():
		return explain(sessionID, own(folder, uid, privateMode))
	default:
		return failed(Conflict, nil, "session %s has a folder that is another sandbox's", sessionID)
	}
}

// Session opens the session's folder; NotFound if there is none. The caller
// calls Close on it.
func (r *Root) Session(id, sessionID string) (*Folder, error) {
	if err := cmp.Or(checkSandboxID(id), ValidSessionID(sessionID)); err != nil {
		return nil, err
	}
	sandbox, err := r.openSandbox(id)
	if err != nil {
		return nil, err
	}
	defer sandbox.Close()
	dir, err := openDirAt(sandbox, sessionID)
	if err != nil {
		return nil, noSession(sessionID, err)
	}
	defer dir.Close()
	root, err := r.rootOf(path.Join(id, sessionID), dir)
	if err != nil {
		return nil, err
	}
	return &Folder{data: r, root: root}, nil
}

// rootOf opens an os.Root on a folder that is open already, and checks that it
// is the same one: the way to it is root's and should hold no link.
func (r *Root) rootOf(name string, dir *os.File) (*os.Root, error) {
	root, err := r.sandboxes.OpenRoot(name)
	if err != nil {
		return nil, noSession(path.Base(name), err)
	}
	byRoot, err1 := root.Stat(".")
	byFile, err2 := dir.Stat()
	if err := errors.Join(err1, err2); err != nil || !os.SameFile(byRoot, byFile) {
		return nil, errors.Join(noSession(path.Base(name), err), root.Close())
	}
	return root, nil
}

func (r *Root) openSandbox(id string) (*os.File, error) {
	parent, err := openSelf(r.sandboxes)
	if err != nil {
		return nil, explain(id, err)
	}
	defer parent.Close()
	dir, err := openDirAt(parent, id)
	if err != nil {
		return nil, failed(NotFound, err, "sandbox %s has no folder", id)
	}
	return dir, nil
}

func noSession(sessionID string, err error) error {
	if err == nil || notFolder(err) {
		return failed(NotFound, err, "session %s has no folder; create_session makes it", sessionID)
	}
	return explain(sessionID, err)
}
