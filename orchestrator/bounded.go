package orchestrator

import (
	"context"
	"io"
)

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

// bound is content with its bound, interrupted when ctx ends before it is closed.
func bound(ctx context.Context, content io.Reader, limit int64, refusal *Error) io.ReadCloser {
	stop := func() bool { return true }
	if blocking, is := content.(Interrupter); is {
		stop = context.AfterFunc(ctx, blocking.Interrupt)
	}
	return source{&bounded{r: content, left: limit, refusal: refusal}, ctx, stop}
}

// source ends with its context.
type source struct {
	io.Reader
	ctx  context.Context
	stop func() bool
}

// Read reads on while the context lasts.
func (s source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, Hide(CodeCancelled, err, "given up before the file had come; nothing was written")
	}
	return s.Reader.Read(p)
}

// Close lets go of the context.
func (s source) Close() error {
	s.stop()
	return nil
}
