package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/internal/mcptool"
)

// stdioClient is the id of the only client there.
const stdioClient = "stdio"

// eofGrace is how long calls may go on when the input has ended, before they
// are detached: a client piped in by a shell reads its answers, and one that
// ends its server waits 2 seconds before it kills it (the official ones).
const eofGrace = time.Second

// ServeStdio speaks MCP over in and out, a message a line, until in ends, out
// fails or ctx ends; its calls are owner's. It returns when what ran has
// answered or was detached: nil unless in or out failed or something did not let
// go. in is closed if it can be; if a read of it cannot be interrupted, the
// goroutine that reads outlives the call. Nothing else may write to out.
func ServeStdio(ctx context.Context, in io.Reader, out io.Writer, srv Server, owner string, cfg Config) error {
	h := newHub(srv, cfg.logger())
	ctx, cancel := context.WithCancelCause(mcptool.WithOwner(ctx, owner))
	defer cancel(nil)
	w := newWire(h, sender{newSession(stdioClient, true), errDropped})

	written := make(chan error, 1)
	go func() { written <- w.runLines(out, cancel) }()
	read := make(chan error, 1)
	go func() { read <- w.readLines(ctx, in, cfg.maxRequest()) }()

	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
	}
	if closer, ok := in.(io.Closer); ok {
		_ = closer.Close() // nothing more is wanted of it
	}
	w.end()
	grace, stop := context.WithTimeout(ctx, eofGrace)
	defer stop()
	select {
	case failed := <-written:
		return errors.Join(err, failed)
	case <-grace.Done():
	}
	if stuck := h.calls.drain(grace, lastGrace); stuck != nil {
		return errors.Join(err, stuck)
	}
	return errors.Join(err, <-written)
}

// runLines writes a message a line until the wire ends. It returns the first
// failure, after which it writes nothing and failed has ended the calls.
func (w *wire) runLines(out io.Writer, failed context.CancelCauseFunc) (err error) {
	w.run(func(v any) {
		if err != nil {
			return
		}
		if err = writeLine(out, v); err != nil {
			failed(errDropped)
		}
	}, func() {})
	return err
}

func writeLine(out io.Writer, v any) error {
	line, err := encode(v)
	if err != nil {
		line, _ = encode(refuse(nil, mcp.INTERNAL_ERROR, "an answer could not be encoded: try again"))
	}
	if _, err := out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	return nil
}

// readLines takes messages until in ends, which is no error.
func (w *wire) readLines(ctx context.Context, in io.Reader, limit int64) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, refused, err := readLine(r, limit)
		switch {
		case refused != nil:
			w.say(*refused)
		case len(bytes.TrimSpace(line)) > 0:
			w.receive(ctx, line, func() {})
		}
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
	}
}

// readLine reads up to a newline, of which it keeps no more than limit bytes
// and of the rest only the id.
func readLine(r *bufio.Reader, limit int64) (line []byte, refused *mcp.JSONRPCError, err error) {
	var found scanner
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long && int64(len(line)+len(part)) > limit {
			long = true
			_, _ = found.Write(line)
			line = nil
		}
		if long {
			_, _ = found.Write(part)
		} else {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long {
			return nil, overLarge(found.requestID(), limit, ""), err
		}
		return line, tooMany(line), err
	}
}
