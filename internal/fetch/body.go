package fetch

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// minProgress is how many bytes must arrive within Config.StallTimeout: a
// server that drips single bytes is as stuck as a silent one.
const minProgress = 1 << 10

// clock bounds a download in time by ending its context.
type clock struct {
	ctx  context.Context
	stop context.CancelCauseFunc // ends it; the first cause stays
}

func newClock(ctx context.Context, config Config) *clock {
	ctx, stop := context.WithCancelCause(ctx)
	timer := time.AfterFunc(config.TotalTimeout, func() { stop(errTooLong) })
	return &clock{ctx: ctx, stop: func(cause error) {
		timer.Stop()
		stop(cause)
	}}
}

// watched is an answer's body as it comes from the network. It ends the
// download when a server is stuck; the time that the reader takes between two
// reads is its own affair.
type watched struct {
	body     io.Reader
	clock    *clock
	patience time.Duration
	left     time.Duration // of patience
	gained   int64         // since patience was last full
}

func (w *watched) Read(p []byte) (int, error) {
	timer := time.AfterFunc(w.left, func() { w.clock.stop(errStalled) })
	defer timer.Stop()
	start := time.Now()
	n, err := w.body.Read(p)
	w.left -= time.Since(start)
	w.gained += int64(n)
	if w.gained >= minProgress {
		w.gained, w.left = 0, w.patience
	}
	return n, err
}

// decoded undoes the answer's Content-Encoding. A server that compresses
// although it was asked not to is tolerated for gzip, as browsers do.
func (f *Fetcher) decoded(c *clock, resp *http.Response) (body io.Reader, gzipped bool, err error) {
	raw := &watched{body: resp.Body, clock: c, patience: f.config.StallTimeout, left: f.config.StallTimeout}
	switch encoding := strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ", ")); encoding {
	case "", "identity":
		return raw, false, nil
	case "gzip", "x-gzip":
		return &gunzip{raw: io.LimitReader(raw, maxCompressed(f.config.MaxBytes))}, true, nil
	default:
		return nil, false, failed(BadResponse, nil, "the server sends the file compressed in a way that is not supported (Content-Encoding other than gzip); use another address")
	}
}

// maxCompressed bounds what is read of a compressed file: an endless run of
// empty gzip members would never reach the bound on what is decoded. gzip adds
// less than 1 % and a header to what it cannot compress.
func maxCompressed(maxBytes int64) int64 { return maxBytes + maxBytes/100 + 1<<10 }

// gunzip is a gzip.Reader that reads its header at the first Read, so that its
// failures come the way all others do.
type gunzip struct {
	raw io.Reader
	dec *gzip.Reader
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.dec == nil {
		dec, err := gzip.NewReader(g.raw)
		if err != nil {
			return 0, err
		}
		g.dec = dec
	}
	return g.dec.Read(p)
}
