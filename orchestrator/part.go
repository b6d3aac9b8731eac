package orchestrator

import (
	"context"
	"io"

	"power-interpreter/internal/workspace"
)

// Part is a piece of a file that comes in more than one call.
type Part struct {
	Offset int64 // where in the file it begins, in bytes
	Total  int64 // the whole file's size
	// Content is the piece; nil only asks how far the file is.
	Content io.Reader
}

// Progress is how far such a file is.
type Progress struct {
	Received int64     // bytes from its start that are kept
	File     *Artifact // once all have come: the file, in its place
}

// UploadPart writes a piece of a file; see Service.
func (o *Orchestrator) UploadPart(ctx context.Context, ref Ref, name string, piece Part) (got Progress, err error) {
	if limit := o.cfg.Limits.MaxUpload; piece.Total > limit {
		return got, tooLarge(limit)
	}
	if piece.Offset < 0 || piece.Offset > piece.Total {
		return got, Errorf(CodeInvalid, "a part cannot begin at byte %d of %d", piece.Offset, piece.Total)
	}
	clean, err := workspace.UploadName(ref.ID, name)
	if err != nil {
		return got, fileError(err)
	}
	if s, err := o.lookup(ref); err != nil || s == nil && piece.Content == nil {
		return got, err // to ask makes nothing
	}
	err = o.inFileTurn(ctx, ref, func(ctx context.Context, in filing) error {
		if piece.Content == nil { // in turn: a connection that was lost may still be read
			got.Received = o.received(in.session, clean, piece.Total)
			return nil
		}
		got, err = o.addPart(ctx, in, clean, piece)
		return err
	})
	return got, err
}

// received is how much of a file of that size is kept.
func (o *Orchestrator) received(s *session, name string, total int64) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := s.parts[name]; p != nil && p.total == total {
		return p.writer.Size()
	}
	return 0
}

func (o *Orchestrator) addPart(ctx context.Context, in filing, name string, piece Part) (got Progress, err error) {
	p, err := o.takePart(in, name, piece)
	if err != nil {
		return Progress{Received: o.received(in.session, name, piece.Total)}, err
	}
	p.writer.MoveTo(in.folder)
	err = o.fill(ctx, in, p, piece)
	if got.Received = p.writer.Size(); err != nil || got.Received < p.total {
		o.keepPart(in.session, name, p)
		return got, err
	}
	f, err := p.writer.Commit()
	if err != nil {
		return Progress{}, fileError(err)
	}
	a := artifact(f)
	o.brought(in.session, a)
	o.moved(&o.counts.Uploaded, f.Size)
	return Progress{Received: f.Size, File: &a}, nil
}

// fill adds a piece to a file that has come as far as the piece begins.
func (o *Orchestrator) fill(ctx context.Context, in filing, p *part, piece Part) error {
	room, err := o.room(ctx, in)
	if err != nil {
		return err
	}
	content := bound(ctx, piece.Content, piece.Total-piece.Offset, Errorf(CodeInvalid, "more bytes came than the file was to have"))
	defer content.Close()
	return fileError(pour(p.writer, &bounded{r: content, left: room.left - p.writer.Size(), refusal: room.refusal}, uploadChunk))
}
