package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// readTime is how long one read of a file may take.
	readTime = 30 * time.Second
	// skipped is how far ahead a file is read rather than asked for anew: what is
	// on its way already.
	skipped = 256 << 10
)

// Open opens a file of the session; see orchestrator.Service. Its bytes come as
// they are read, from what was opened; after a Seek to elsewhere, from the same
// file or, where that has changed, not at all.
func (c *Client) Open(ctx context.Context, ref orchestrator.Ref, name string) (orchestrator.Content, error) {
	f := &file{c: c, ref: ref, name: name}
	answer, err := f.request(ctx, 0)
	if err != nil {
		return orchestrator.Content{}, toldOf(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(answer.Header.Get(protocol.HeaderFile))
	var about orchestrator.Artifact
	if err == nil {
		err = json.Unmarshal(raw, &about)
	}
	if err != nil || about.Size != answer.ContentLength {
		f.drop()
		return orchestrator.Content{}, wrong("it sends a file without saying which").told()
	}
	f.size, f.tag = about.Size, answer.Header.Get(protocol.HeaderTag)
	return orchestrator.Content{Artifact: about, ETag: f.tag, ReadSeekCloser: f}, nil
}

// file is an open file of a session, used by one goroutine at a time.
type file struct {
	c    *Client
	ref  orchestrator.Ref
	name string
	tag  string
	size int64
	at   int64 // where the next Read begins

	x    *exchange // nil for none
	body io.ReadCloser
	from int64 // where body goes on
}

// request asks for the file from an offset on. The exchange outlives ctx, which
// only bounds the beginning.
func (f *file) request(ctx context.Context, from int64) (*http.Response, error) {
	x := f.c.exchange(ctx, firstTime)
	defer context.AfterFunc(ctx, func() { x.cancel(context.Cause(ctx)) })()
	query := protocol.File{Ref: f.ref, Name: f.name, Offset: from}.Query()
	answer, err := x.send(http.MethodGet, protocol.MethodOpen, query, nil, func(r *http.Request) {
		if f.tag != "" {
			r.Header.Set(protocol.HeaderTag, f.tag)
		}
	})
	if err != nil {
		x.done()
		return nil, err
	}
	x.silence.Stop() // nothing is due until somebody reads
	f.x, f.body, f.from = x, answer.Body, from
	return answer, nil
}

// Read reads on. What it cannot get is an *orchestrator.Error.
func (f *file) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	if err := f.reach(); err != nil {
		return 0, toldOf(err)
	}
	n, err := f.readBody(p)
	f.at += int64(n)
	if errors.Is(err, io.EOF) && f.at < f.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		broken := faultOf(f.x.ctx, err)
		f.drop()
		return n, orchestrator.Hide(orchestrator.CodeUnavailable, broken, "the file broke off: the executor went away, or the file was cut; read it again")
	}
	return n, err
}

// reach has the body go on where the next Read begins.
func (f *file) reach() error {
	if ahead := f.at - f.from; f.body != nil && ahead > 0 && ahead <= skipped {
		if _, err := io.CopyN(io.Discard, reader(f.readBody), ahead); err != nil {
			f.drop()
		}
	}
	if f.body != nil && f.from == f.at {
		return nil
	}
	f.drop()
	answer, err := f.request(context.Background(), f.at)
	if err == nil && answer.ContentLength != f.size-f.at {
		f.drop()
		err = orchestrator.Errorf(orchestrator.CodeBusy, "the file was changed while it was read: read it again")
	}
	return err
}

// readBody reads what comes next, if it comes in time.
func (f *file) readBody(p []byte) (int, error) {
	f.x.silence.Reset(readTime)
	defer f.x.silence.Stop()
	n, err := f.body.Read(p)
	f.from += int64(n)
	return n, err
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// Seek says where the next Read begins. It moves nothing.
func (f *file) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d", offset)
	}
	f.at = offset
	return offset, nil
}

// Close lets go of the file.
func (f *file) Close() error {
	f.drop()
	return nil
}

// drop ends the exchange. Where little is left of it the connection is kept.
func (f *file) drop() {
	if f.body == nil {
		return
	}
	if f.size-f.from <= skipped {
		f.x.silence.Reset(restTime)
		_, _ = io.CopyN(io.Discard, f.body, skipped)
	}
	_ = f.body.Close() // nothing was written
	f.x.done()
	f.x, f.body = nil, nil
}
