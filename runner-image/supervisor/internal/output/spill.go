package output

import (
	"errors"
	"os"
	"path"
	"syscall"
)

const (
	// folder holds the files of cut output, below the session's folder.
	folder = "outputs"
	// maxSpill bounds one such file: more than anybody reads, and a cell that
	// prints for ever fills no disk with it.
	maxSpill = 256 << 20
)

// spill is the file that holds an execution's whole text once some of it is
// cut: as the terminal gives it, progress bars folded. Whatever fails makes it
// partial, never the execution fail. A nil one takes nothing.
type spill struct {
	file    *os.File
	path    string
	left    int64
	partial bool
	full    bool // the disk was
}

// newSpill creates the file. O_EXCL and the root keep it from being written
// through a link that the code has planted.
func newSpill(root *os.Root, id string) *spill {
	s := &spill{left: maxSpill}
	if root == nil {
		s.partial = true
		return s
	}
	err := root.Mkdir(folder, 0o755)
	if err == nil || errors.Is(err, os.ErrExist) {
		name := path.Join(folder, id+".txt")
		if s.file, err = root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err == nil {
			s.path = name
		}
	}
	s.note(err)
	return s
}

func (s *spill) write(p []byte) {
	if s == nil || s.partial {
		return
	}
	if int64(len(p)) > s.left {
		p = p[:runeFloor(p, int(s.left))]
		s.partial = true
	}
	n, err := s.file.Write(p)
	s.left -= int64(n)
	s.note(err)
}

func (s *spill) close() {
	if s.file != nil {
		s.note(s.file.Close())
	}
}

func (s *spill) note(err error) {
	if err == nil {
		return
	}
	s.partial = true
	s.full = s.full || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
