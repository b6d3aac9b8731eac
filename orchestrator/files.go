package orchestrator

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/dustin/go-humanize"

	"power-interpreter/internal/workspace"
)

// How much of a file is moved at a time, in bytes: of a download as the contract
// has it; of an upload, which comes as fast as the host's memory moves it, more
// (one and a half times as fast as by 64 KiB, over loopback).
const (
	fetchChunk  = 64 << 10
	uploadChunk = 256 << 10
)

// Fetch downloads into the session's folder; see Service.
func (o *Orchestrator) Fetch(ctx context.Context, ref Ref, url, name string) (Artifact, error) {
	a, err := o.put(ctx, ref, fetchChunk, func(ctx context.Context) (io.ReadCloser, string, error) {
		d, err := o.cfg.Fetcher.Fetch(ctx, url, name)
		if err != nil {
			return nil, "", err
		}
		return d.Body, d.Name, nil
	})
	o.moved(&o.counts.Fetched, a.Size) // none with an error
	return a, err
}

// An Interrupter is a source that may block for as long as a client pleases.
// Interrupt makes the Read under way and all that follow fail at once; it may be
// called from another goroutine, before, while and after the last Read.
type Interrupter interface{ Interrupt() }

// Upload writes content to a file of the session; see Service.
func (o *Orchestrator) Upload(ctx context.Context, ref Ref, name string, content io.Reader) (Artifact, error) {
	limit := o.cfg.Limits.MaxUpload
	a, err := o.put(ctx, ref, uploadChunk, func(ctx context.Context) (io.ReadCloser, string, error) {
		return bound(ctx, content, limit, tooLarge(limit)), name, nil
	})
	o.moved(&o.counts.Uploaded, a.Size) // none with an error
	return a, err
}

func tooLarge(limit int64) *Error {
	return Errorf(CodeTooLarge, "the file is larger than %d bytes, the most that is taken; nothing was written", limit)
}

// put streams a source into the session's folder, in turn. Nothing of it is
// seen under its name before it is whole.
func (o *Orchestrator) put(ctx context.Context, ref Ref, chunk int, open func(context.Context) (io.ReadCloser, string, error)) (a Artifact, err error) {
	err = o.inFileTurn(ctx, ref, func(ctx context.Context, in filing) error {
		source, name, err := open(ctx)
		if err != nil {
			return err
		}
		defer source.Close()
		clean, err := workspace.UploadName(ref.ID, name)
		if err != nil {
			return fileError(err)
		}
		room, err := o.room(ctx, in)
		if err != nil {
			return err
		}
		a, err = o.write(in.folder, clean, in.claim.UID, &bounded{r: source, left: room.left, refusal: room.refusal}, chunk)
		if err == nil {
			o.brought(in.session, a)
		}
		return err
	})
	return a, err
}

// filing is what a call that writes files has while it is its turn.
type filing struct {
	session *session
	claim   workspace.Claim
	folder  *workspace.Folder
}

// inFileTurn calls do when it is the call's turn to write files of the session,
// which is made if it is new. Do's context ends with the session.
func (o *Orchestrator) inFileTurn(ctx context.Context, ref Ref, do func(context.Context, filing) error) error {
	s, err := o.session(ref)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)() // a deletion ends it
	t, claim, err := o.fileTurn(ctx, s)
	if err != nil {
		return err
	}
	defer t.leave()
	folder, err := o.folder(claim)
	if err != nil {
		return err
	}
	defer folder.Close()
	err = do(ctx, filing{s, claim, folder})
	switch {
	case err == nil || s.life.Err() == nil:
		return err
	case o.isClosing():
		return errClosing()
	default:
		return errDeleted(s)
	}
}

// space is what a session's files may still grow by.
type space struct {
	left    int64
	refusal *Error
}

// room measures it. What the session has deleted and still holds open is the
// runner's to count.
func (o *Orchestrator) room(ctx context.Context, in filing) (space, error) {
	most := o.cfg.Limits.Sandbox.Disk
	used, err := in.folder.Usage(ctx)
	if err != nil {
		return space{}, fileError(err)
	}
	used.Bytes += o.partBytes(in.session)
	left := most - used.Bytes
	refusal := Errorf(CodeTooLarge, "the session's files take %s of the %s that they may, and this one does not fit; nothing was written. Delete files in code (os.remove), or delete_session",
		humanize.IBytes(uint64(used.Bytes)), humanize.IBytes(uint64(most)))
	if left <= 0 || !used.Complete {
		return space{}, refusal
	}
	return space{left, refusal}, nil
}

func (o *Orchestrator) write(folder *workspace.Folder, name string, uid int, source io.Reader, chunk int) (Artifact, error) {
	w, err := folder.Create(name, uid)
	if err != nil {
		return Artifact{}, fileError(err)
	}
	if err := pour(w, source, chunk); err != nil {
		return Artifact{}, errors.Join(fileError(err), w.Abort())
	}
	f, err := w.Commit()
	if err != nil {
		return Artifact{}, fileError(err)
	}
	return artifact(f), nil
}

// pour copies a source to its end. The interfaces are hidden: a source or a file
// with a copy of its own would bypass the chunk and its checks.
func pour(w *workspace.Writer, source io.Reader, chunk int) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{source}, make([]byte, chunk))
	return err
}

// fileTurn waits for the session's turn to write files, and gives it a folder
// if it has none. The caller leaves the ticket.
func (o *Orchestrator) fileTurn(ctx context.Context, s *session) (*ticket, workspace.Claim, error) {
	t, err := o.folderTurn(ctx, s)
	if t == nil && err == nil {
		t, err = turn(ctx, ctx, s, false)
	}
	if err != nil {
		return nil, workspace.Claim{}, err
	}
	o.touch(s)
	return t, o.claimOf(s), nil
}

// folderTurn gives a session that has no folder one, in the kernel's turn. It
// returns no ticket when the session has one, or gets one from a call before
// this, which may then run for hours.
func (o *Orchestrator) folderTurn(ctx context.Context, s *session) (*ticket, error) {
	if o.claimOf(s).SandboxID != "" {
		return nil, nil
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.unclaimed, cancel)()
	t, err := turn(ctx, waiting, s, true)
	if t == nil || o.claimOf(s).SandboxID != "" {
		return t, err
	}
	if err := o.settle(s); err != nil {
		t.leave()
		return nil, err
	}
	return t, nil
}

// turn waits in line until waiting ends: no ticket then, and an error if it was
// the caller who gave up.
func turn(ctx, waiting context.Context, s *session, kernel bool) (*ticket, error) {
	t := s.line.joinFiles(kernel)
	if t == nil {
		return nil, lineFull(s)
	}
	admitted(ctx, "")
	if t.wait(waiting.Done()) {
		return t, nil
	}
	t.leave()
	if ctx.Err() != nil {
		return nil, Hide(CodeCancelled, ctx.Err(), "given up while earlier calls on the session were running")
	}
	return nil, nil
}

// claimOf returns the session's claim, zero for none.
func (o *Orchestrator) claimOf(s *session) workspace.Claim {
	o.mu.Lock()
	defer o.mu.Unlock()
	return s.claim
}

// Open opens a file of the session; see Service.
func (o *Orchestrator) Open(_ context.Context, ref Ref, name string) (Content, error) {
	rel, err := workspace.ResolveName(ref.ID, name)
	if err != nil {
		return Content{}, fileError(err)
	}
	folder, err := o.existing(ref)
	if err != nil {
		return Content{}, err
	}
	if folder == nil {
		return Content{}, Errorf(CodeNotFound, "session %q has no files yet; upload_file, fetch_from_url or execute_code make some", ref.ID)
	}
	defer folder.Close()
	f, info, err := folder.Open(rel)
	if err != nil {
		return Content{}, fileError(err)
	}
	return Content{Artifact: artifact(info), ETag: info.ETag, ReadSeekCloser: f}, nil
}

// Files lists the session's files; see Service.
func (o *Orchestrator) Files(_ context.Context, ref Ref) (Listing, error) {
	folder, err := o.existing(ref)
	if err != nil || folder == nil {
		return Listing{}, err
	}
	defer folder.Close()
	files, truncated, err := folder.List(MaxListed)
	if err != nil {
		return Listing{}, fileError(err)
	}
	list := Listing{Truncated: truncated}
	for _, f := range files {
		if f.Mode.IsRegular() {
			list.Files = append(list.Files, artifact(f))
		}
	}
	return list, nil
}

// existing opens the session's folder, nil if it has none. It makes nothing
// and waits for nobody.
func (o *Orchestrator) existing(ref Ref) (*workspace.Folder, error) {
	s, err := o.lookup(ref)
	if err != nil || s == nil {
		return nil, err
	}
	o.touch(s)
	claim := o.claimOf(s)
	if claim.SandboxID == "" {
		return nil, nil
	}
	return o.folder(claim)
}

func artifact(f workspace.File) Artifact {
	return Artifact{Path: f.Path, Size: f.Size, MIME: f.MIME, Modified: f.ModTime}
}

// fileCodes maps the workspace's kinds of failure to ours.
var fileCodes = map[workspace.Code]Code{
	workspace.InvalidSessionID: CodeInvalid,
	workspace.InvalidName:      CodeInvalid,
	workspace.OutsideSession:   CodeForbidden,
	workspace.NotFound:         CodeNotFound,
	workspace.NotAFile:         CodeForbidden,
	workspace.Busy:             CodeBusy,
	workspace.DiskFull:         CodeUnavailable,
	workspace.Conflict:         CodeInvalid,
}

// fileError turns an error about files into one that a caller may read.
func fileError(err error) error {
	var w *workspace.Error
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &w):
		code, known := fileCodes[w.Code]
		if !known {
			code = CodeInternal
		}
		return Hide(code, err, "%s", w.Message)
	case errors.Is(err, os.ErrNotExist):
		return Hide(CodeNotFound, err, "no such file; list_files shows those there are")
	default:
		return AsError(err)
	}
}
