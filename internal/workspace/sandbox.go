package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSandboxID bounds an internal id, in bytes: it is a folder's name and part
// of a container's.
const maxSandboxID = 64

// NewSandbox makes the folder of a sandbox, root's and empty, and returns its
// path on the host, which is to be mounted at MountPoint. It is Conflict if the
// folder exists.
func (r *Root) NewSandbox(id string) (hostPath string, err error) {
	if err := checkSandboxID(id); err != nil {
		return "", err
	}
	if err := r.sandboxes.Mkdir(id, passMode); errors.Is(err, fs.ErrExist) {
		return "", failed(Conflict, err, "sandbox %s already has a folder", id)
	} else if err != nil {
		return "", explain(id, err)
	}
	if err := r.sandboxes.Chmod(id, passMode); err != nil {
		return "", explain(id, err)
	}
	return r.SandboxPath(id)
}

// SandboxPath is the path on the host of a sandbox's folder that NewSandbox
// made earlier; NotFound if there is none.
func (r *Root) SandboxPath(id string) (string, error) {
	if err := checkSandboxID(id); err != nil {
		return "", err
	}
	info, err := r.sandboxes.Lstat(id)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return "", failed(NotFound, err, "sandbox %s has no folder", id)
	}
	if err != nil {
		return "", explain(id, err)
	}
	return filepath.Join(r.dir, sandboxesName, id), nil
}

// Sandboxes returns the ids that have a folder, in order. Entries that cannot
// be an id's folder are none of ours and are left out.
func (r *Root) Sandboxes() ([]string, error) {
	return folderIDs(r.sandboxes)
}

func folderIDs(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, explain(".", err)
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.IsDir() && checkSandboxID(e.Name()) == nil {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

func checkSandboxID(id string) error {
	if id == "" || len(id) > maxSandboxID || !plain(id, "-_") || strings.ContainsAny(id[:1], "-_") {
		return failed(Internal, nil, "%s is not the id of a sandbox", quoted(id))
	}
	return nil
}

// plain reports whether s has only ASCII letters, digits and those of extra.
func plain(s, extra string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return false
		default:
			return !strings.ContainsRune(extra, r)
		}
	})
}
