package orchestrator

import (
	"errors"
	"time"

	"power-interpreter/internal/workspace"
)

const (
	// maxParts, maxPartsOfOwner and maxPartsOfOne bound the files that have come
	// in part, each of which holds a descriptor and some of the host's disk: of all
	// sessions; of one owner's, who keeps them from nobody else; and of one
	// session, whose oldest gives way.
	maxParts        = 64
	maxPartsOfOwner = 16
	maxPartsOfOne   = 4
	// partTime is how long such a file waits for its rest: long enough for a
	// connection to come back.
	partTime = time.Hour
)

// part is a file that has come in part. Whoever has taken it out of its
// session's parts may use it, alone.
type part struct {
	writer *workspace.Writer
	total  int64
	used   time.Time
}

// takePart takes the file that a piece belongs to out of the session's parts,
// cut to where the piece begins, or begins it.
func (o *Orchestrator) takePart(in filing, name string, piece Part) (*part, error) {
	o.mu.Lock()
	p := in.session.parts[name]
	fits := p != nil && piece.Offset <= p.writer.Size() && piece.Total == p.total
	if fits || piece.Offset == 0 {
		delete(in.session.parts, name)
	}
	o.mu.Unlock()
	switch {
	case fits:
		if err := p.writer.Rewind(piece.Offset); err != nil {
			return nil, errors.Join(fileError(err), p.writer.Abort())
		}
		return p, nil
	case piece.Offset > 0:
		return nil, Errorf(CodeInvalid, "the part does not follow on what has come of the file; ask how much that is, and go on from there or begin again at 0")
	case p != nil: // of another size: begun anew
		_ = p.writer.Abort()
	}
	if all, owners := o.countParts(in.session.ref.Owner); all >= maxParts || owners >= maxPartsOfOwner {
		return nil, Errorf(CodeBusy, "too many uploads are waiting for their rest; send the file in one piece, or try again later")
	}
	w, err := in.folder.Create(name, in.claim.UID)
	if err != nil {
		return nil, fileError(err)
	}
	return &part{writer: w, total: piece.Total}, nil
}

// keepPart puts it back, and drops the oldest where there are too many.
func (o *Orchestrator) keepPart(s *session, name string, p *part) {
	p.used = time.Now()
	o.mu.Lock()
	if s.parts == nil {
		s.parts = map[string]*part{}
	}
	s.parts[name] = p
	var oldest string
	for other, q := range s.parts {
		if oldest == "" || q.used.Before(s.parts[oldest].used) {
			oldest = other
		}
	}
	var over *part
	if len(s.parts) > maxPartsOfOne {
		over = s.parts[oldest]
		delete(s.parts, oldest)
	}
	o.mu.Unlock()
	if over != nil {
		_ = over.writer.Abort() // what cannot be removed now is at the next start
	}
}

// dropParts removes what has come in part and was not added to since.
func (o *Orchestrator) dropParts(s *session, since time.Time) {
	o.mu.Lock()
	var over []*part
	for name, p := range s.parts {
		if p.used.Before(since) {
			over = append(over, p)
			delete(s.parts, name)
		}
	}
	o.mu.Unlock()
	for _, p := range over {
		_ = p.writer.Abort() // as in keepPart
	}
}

// dropAllParts does so for every session.
func (o *Orchestrator) dropAllParts(since time.Time) {
	o.mu.Lock()
	var all []*session
	for _, s := range o.sessions {
		if len(s.parts) > 0 {
			all = append(all, s)
		}
	}
	o.mu.Unlock()
	for _, s := range all {
		o.dropParts(s, since)
	}
}

// countParts counts all, and those of an owner's sessions.
func (o *Orchestrator) countParts(owner string) (all, owners int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for ref, s := range o.sessions {
		all += len(s.parts)
		if ref.Owner == owner {
			owners += len(s.parts)
		}
	}
	return all, owners
}

// partBytes is what the session's parts take of the disk.
func (o *Orchestrator) partBytes(s *session) (sum int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range s.parts {
		sum += p.writer.Size()
	}
	return sum
}
