package orchestrator

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/dustin/go-humanize"

	"power-interpreter/internal/workspace"
)

// chunk is how much of a file is moved at a time, in bytes.
const chunk = 64 << 10

// Fetch downloads into the session's folder; see Service.
func (o *Orchestrator) Fetch(ctx context.Context, ref Ref, url, name string) (Artifact, error) {
	return o.put(ctx, ref, func(ctx context.Context) (io.ReadCloser, string, error) {
		d, err := o.cfg.Fetcher.Fetch(ctx, url, name)
		if err != nil {
			return nil, "", err
		}
		return d.Body, d.Name, nil
	})
}

// Upload writes content to a file of the session; see Service.
func (o *Orchestrator) Upload(ctx context.Context, ref Ref, name string, content io.Reader) (Artifact, error) {
	limit := o.cfg.Limits.MaxUpload
	return o.put(ctx, ref, func(context.Context) (io.ReadCloser, string, error) {
		tooLarge := Errorf(CodeTooLarge, "the file is larger than %d bytes, the most that is taken; nothing was written", limit)
		return io.NopCloser(&bounded{r: content, left: limit, refusal: tooLarge}), name, nil
	})
}

// put streams a source into the session's folder, in turn. Nothing of it is
// seen under its name before it is whole.
func (o *Orchestrator) put(ctx context.Context, ref Ref, open func(context.Context) (io.ReadCloser, string, error)) (Artifact, error) {
	s, err := o.session(ref)
	if err != nil {
		return Artifact{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)() // a deletion ends it
	t, claim, err := o.fileTurn(ctx, s)
	if err != nil {
		return Artifact{}, err
	}
	defer t.leave()
	source, name, err := open(ctx)
	if err != nil {
		return Artifact{}, err
	}
	defer source.Close()
	clean, err := workspace.UploadName(ref.ID, name)
	if err != nil {
		return Artifact{}, fileError(err)
	}
	folder, err := o.folder(claim)
	if err != nil {
		return Artifact{}, err
	}
	defer folder.Close()
	room, err := o.room(ctx, folder)
	if err != nil {
		return Artifact{}, err
	}
	a, err := o.write(folder, clean, claim.UID, &bounded{r: source, left: room.left, refusal: room.refusal})
	if err == nil {
		o.brought(s, a)
	}
	return a, err
}

// space is what a session's files may still grow by.
type space struct {
	left    int64
	refusal *Error
}

// room measures it. What the session has deleted and still holds open is the
// runner's to count.
func (o *Orchestrator) room(ctx context.Context, folder *workspace.Folder) (space, error) {
	most := o.cfg.Limits.Sandbox.Disk
	used, err := folder.Usage(ctx)
	if err != nil {
		return space{}, fileError(err)
	}
	left := most - used.Bytes
	refusal := Errorf(CodeTooLarge, "the session's files take %s of the %s that they may, and this one does not fit; nothing was written. Delete files in code (os.remove), or delete_session",
		humanize.IBytes(uint64(used.Bytes)), humanize.IBytes(uint64(most)))
	if left <= 0 || !used.Complete {
		return space{}, refusal
	}
	return space{left, refusal}, nil
}

func (o *Orchestrator) write(folder *workspace.Folder, name string, uid int, source io.Reader) (Artifact, error) {
	w, err := folder.Create(name, uid)
	if err != nil {
		return Artifact{}, fileError(err)
	}
	// Hidden interfaces: a source or a file with a copy of its own would
	// bypass the chunk and its checks.
	if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{source}, make([]byte, chunk)); err != nil {
		return Artifact{}, errors.Join(fileError(err), w.Abort())
	}
	f, err := w.Commit()
	if err != nil {
		return Artifact{}, fileError(err)
	}
	return artifact(f), nil
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
	t := s.line.join(kernel)
	switch {
	case t == nil:
		return nil, lineFull(s)
	case t.wait(waiting.Done()):
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
	return Content{Artifact: artifact(info), ReadSeekCloser: f}, nil
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

// bounded refuses once more than is left was read.
type bounded struct {
	r       io.Reader
	left    int64
	refusal *Error
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.refusal
	}
	return n, err
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
