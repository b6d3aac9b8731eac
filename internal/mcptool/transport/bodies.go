package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// smallBody is what a message may weigh without waiting for a place.
	smallBody = 1 << 20
	// largeAtOnce bounds the larger messages held in memory; decoding takes
	// several times a message's size.
	largeAtOnce = 4
	// placeWait is how long a larger message waits for its place.
	placeWait = 30 * time.Second
	// maxValues bounds the JSON values of a larger message: a file in base64 is
	// one of them, and an array of small numbers takes thirty times its size.
	maxValues = 100_000
	// drainTimes is how much of an over-large body is read to its end, in
	// MaxRequest: official clients write the id last, and one that is cut off in
	// mid-body reads no answer.
	drainTimes = 8
	// bodyPause is how long a client may send nothing of its body, bodyTime how
	// long the whole may take: 64 MiB at 1 Mbit/s.
	bodyPause = 30 * time.Second
	bodyTime  = 10 * time.Minute
)

// bodies reads the messages of HTTP requests, bounded in bytes, time and count.
type bodies struct {
	max      int64
	large    chan struct{} // a place each
	uploadTo func(ctx context.Context, session, file string) string
}

func newBodies(cfg Config) *bodies {
	return &bodies{max: cfg.maxRequest(), large: make(chan struct{}, largeAtOnce), uploadTo: cfg.UploadTo}
}

// read returns the body; done gives its place back once it is answered. What is
// refused is a JSON-RPC error to be sent with status 200: a bare 413 leaves the
// official Python client waiting.
func (b *bodies) read(w http.ResponseWriter, r *http.Request) (raw []byte, done func(), refused *mcp.JSONRPCError) {
	src := paced(w, r)
	done = func() {}
	if r.ContentLength > b.max {
		return nil, done, b.tooLarge(r.Context(), src, nil)
	}
	var buf bytes.Buffer
	n, err := io.CopyN(&buf, src, smallBody)
	if err == nil && n == smallBody {
		if done, refused = b.place(r.Context()); refused != nil {
			return nil, done, refused
		}
		n, err = io.CopyN(&buf, src, b.max+1-smallBody)
		n += smallBody
	}
	switch {
	case n > b.max:
		refused = b.tooLarge(r.Context(), src, buf.Bytes())
	case err != nil && !errors.Is(err, io.EOF):
		refused = refuse(nil, mcp.PARSE_ERROR, "the body ended early: send it again")
	default:
		refused = tooMany(buf.Bytes())
	}
	if refused != nil {
		done()
		return nil, func() {}, refused
	}
	src.lift()
	return buf.Bytes(), done, nil
}

// place waits for one of the places of larger messages.
func (b *bodies) place(ctx context.Context) (func(), *mcp.JSONRPCError) {
	ctx, cancel := context.WithTimeout(ctx, placeWait)
	defer cancel()
	select {
	case b.large <- struct{}{}:
		return func() { <-b.large }, nil
	case <-ctx.Done():
		return func() {}, refuse(nil, codeBusy, "too many large messages are being read: try again in a few seconds")
	}
}

// tooLarge reads what is left of an over-large message, within reason, for its
// id and what it was to upload.
func (b *bodies) tooLarge(ctx context.Context, rest io.Reader, head []byte) *mcp.JSONRPCError {
	var found scanner
	_, _ = found.Write(head)
	_, _ = io.CopyN(&found, rest, drainTimes*b.max)
	to := "PUT /files/{session_id}/{name}"
	if session, file, is := found.upload(); is && b.uploadTo != nil {
		to = cmp.Or(b.uploadTo(ctx, session, file), to)
	}
	return overLarge(found.requestID(), b.max, "send a file of that size by "+to+", or ")
}

// overLarge refuses a message; first is what is better to do than the rest.
func overLarge(id []byte, limit int64, first string) *mcp.JSONRPCError {
	return refuse(id, mcp.INVALID_REQUEST,
		"too_large: the message is over %s; %shave the server download it with fetch_from_url, or send it in smaller parts and join them with execute_code",
		humanize.IBytes(uint64(limit)), first)
}

// tooMany refuses a larger message of very many values.
func tooMany(raw []byte) *mcp.JSONRPCError {
	if len(raw) < smallBody {
		return nil
	}
	var found scanner
	_, _ = found.Write(raw)
	if found.values <= maxValues {
		return nil
	}
	return refuse(found.requestID(), mcp.INVALID_REQUEST,
		"too_large: the message has more than %d values; send data as a file's content_base64, not as JSON", maxValues)
}

// pacedReader gives each read its own deadline, within the whole's. The last one
// stays where the body was not read to its end: net/http then reads on, a little,
// after the answer.
type pacedReader struct {
	io.Reader
	conn *http.ResponseController
	last time.Time
}

// paced returns the body to be read within its time.
func paced(w http.ResponseWriter, r *http.Request) *pacedReader {
	return &pacedReader{Reader: r.Body, conn: http.NewResponseController(w), last: time.Now().Add(bodyTime)}
}

// lift ends the deadline: left behind, it would pass for a dropped connection.
func (p *pacedReader) lift() { _ = p.conn.SetReadDeadline(time.Time{}) }

// Read reads on, if the client does not pause for too long.
func (p *pacedReader) Read(b []byte) (int, error) {
	deadline := time.Now().Add(bodyPause)
	if deadline.After(p.last) {
		deadline = p.last
	}
	_ = p.conn.SetReadDeadline(deadline) // not supported by a test's recorder
	return p.Reader.Read(b)
}
