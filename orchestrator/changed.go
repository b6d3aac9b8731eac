package orchestrator

import (
	"errors"
	"io/fs"
	"strings"

	"power-interpreter/internal/workspace"
)

// maxBrought bounds the files remembered of one run: a caller that puts more
// into a folder is told of the others as if the code had written them.
const maxBrought = 1000

// brought notes a file that a caller has put into the folder while something
// runs there, which did not write it.
func (o *Orchestrator) brought(s *session, a Artifact) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.running == nil || len(s.brought) >= maxBrought {
		return
	}
	if s.brought == nil {
		s.brought = map[string]Artifact{}
	}
	s.brought[a.Path] = a
}

// wasBrought says whether a file is as a caller put it there.
func (o *Orchestrator) wasBrought(s *session, a Artifact) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, is := s.brought[a.Path]
	return is && b.Size == a.Size && b.Modified.Equal(a.Modified)
}

// verify keeps of the changes that a runner told those that are so: the files
// and renamed folders that are there, and the deleted ones that are not.
func (o *Orchestrator) verify(x *execution, told Reply) (files []Artifact, deleted []string) {
	if len(told.Files)+len(told.Deleted) == 0 {
		return nil, nil
	}
	folder, err := o.folder(o.claimOf(x.session))
	if err != nil {
		return nil, nil
	}
	defer folder.Close()
	v := verifier{folder, x.Session.ID}
	for _, a := range told.Files {
		if f, ok := v.there(a.Path); ok && !o.wasBrought(x.session, f) {
			f.From, _ = v.resolve(a.From)
			files = append(files, f)
		}
	}
	for _, name := range told.Deleted {
		if rel, ok := v.resolve(name); ok && v.gone(rel) {
			deleted = append(deleted, rel)
		}
	}
	return files, deleted
}

// verifier looks at paths in a session's folder that nobody has checked yet.
type verifier struct {
	folder  *workspace.Folder
	session string
}

// resolve makes of a runner's path one that lies in the folder. A folder's ends
// in a slash.
func (v verifier) resolve(name string) (rel string, ok bool) {
	name, isFolder := strings.CutSuffix(name, "/")
	if name == "" {
		return "", false
	}
	rel, err := workspace.ResolveName(v.session, v.session+"/"+name)
	if err != nil {
		return "", false
	}
	if isFolder {
		rel += "/"
	}
	return rel, true
}

// there returns the file or folder that is at a path.
func (v verifier) there(name string) (Artifact, bool) {
	rel, ok := v.resolve(name)
	if !ok {
		return Artifact{}, false
	}
	if below, isFolder := strings.CutSuffix(rel, "/"); isFolder {
		kind, err := v.folder.Kind(below)
		return Artifact{Path: rel, MIME: folderMIME}, err == nil && kind.IsDir()
	}
	f, err := v.folder.Stat(rel)
	if err != nil || !f.Mode.IsRegular() {
		return Artifact{}, false
	}
	return artifact(f), true
}

func (v verifier) gone(rel string) bool {
	_, err := v.folder.Kind(strings.TrimSuffix(rel, "/"))
	return errors.Is(err, fs.ErrNotExist)
}

// folderMIME is the MIME type of a folder (shared-mime-info specification).
const folderMIME = "inode/directory"
