package fetch

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/readahead" // the network is read while the disk is written
)

const (
	// sniffLength is how much of a file is looked at to tell what it is.
	sniffLength = 512

	// chunk is how much is read at a time, in bytes, and aheadChunks how many of
	// them may wait for the caller.
	chunk       = 64 << 10
	aheadChunks = 8
)

// Download is a file on its way. Its Read ends with io.EOF only when the file
// is complete, and with an *Error otherwise. The caller calls Close.
type Download struct {
	// Name is what the file is called, with an allowed extension: by the
	// filename asked for, else by Content-Disposition, the URL, or the type. Only
	// a filename asked for has folders in it. It is neither resolved nor cleaned.
	Name string

	ContentType string // without parameters; sniffed where the server said nothing
	Size        int64  // bytes, or -1 if not known before the end
	FinalURL    string // after redirects; without credentials, query and fragment

	fetcher *Fetcher
	clock   *clock
	host    string
	body    io.ReadCloser // read ahead
	read    int64
	err     error // ends every further Read
}

// open judges an answer and makes it a Download.
func (f *Fetcher) open(c *clock, got *answer, filename string) (*Download, error) {
	if err := checkStatus(got); err != nil {
		return nil, err
	}
	body, gzipped, err := f.decoded(c, got.resp)
	if err != nil {
		return nil, err
	}
	d := &Download{
		Size: got.resp.ContentLength, FinalURL: public(got.final),
		fetcher: f, clock: c, host: got.final.Hostname(),
	}
	if gzipped {
		d.Size = -1 // what is known is the size on the wire
	}
	if d.Size > f.config.MaxBytes {
		return nil, d.tooLarge(fmt.Sprintf("has %s", megabytes(d.Size)))
	}
	buffered := bufio.NewReaderSize(body, chunk)
	if err := d.identify(got, buffered, gzipped, filename); err != nil {
		return nil, err
	}
	d.body, err = readahead.NewReadCloserSize(ahead{buffered, got.resp.Body}, aheadChunks, chunk)
	return d, err
}

// ahead is what is read ahead, and closed.
type ahead struct {
	io.Reader
	io.Closer
}

// identify looks at the first bytes: what they are, and what to call them.
func (d *Download) identify(got *answer, body *bufio.Reader, gzipped bool, filename string) error {
	head, err := body.Peek(sniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return d.explain(err)
	}
	if len(head) == 0 {
		return failed(Empty, nil, "%s answered with an empty file (0 bytes); check the address", d.host)
	}
	d.ContentType = contentType(got.resp.Header.Get("Content-Type"), head)
	if isHTML(d.ContentType, head) {
		return htmlPage(got, body)
	}
	d.Name, err = d.fetcher.name(naming{
		filename: filename, disposition: dispositionName(got.resp.Header.Get("Content-Disposition")),
		asked: urlName(got.asked), final: urlName(got.final),
		gunzipped: gzipped, contentType: d.ContentType, head: head,
	})
	return err
}

// Read reads on. The file's size, time and progress are checked as it goes: the
// error is TooLarge, Timeout, Cancelled or Truncated.
func (d *Download) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.body.Read(p)
	d.read += int64(n)
	if over := d.read - d.fetcher.config.MaxBytes; over > 0 {
		n -= int(over)
		d.err = d.tooLarge("has more than " + megabytes(d.fetcher.config.MaxBytes))
		return n, d.err
	}
	if err != nil && err != io.EOF {
		err = d.explain(err)
	}
	d.err = err
	return n, err
}

// Close ends the download, complete or not. A second call does nothing.
func (d *Download) Close() error {
	if d.err == nil {
		d.err = failed(Cancelled, nil, "the download was closed before its end")
	}
	d.clock.stop(nil) // ends the read under way
	return d.body.Close()
}

// explain turns a failure within the body into an Error.
func (d *Download) explain(err error) error {
	if ended := d.fetcher.byContext(d.clock.ctx, d.host); ended != nil {
		return ended
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return failed(BadResponse, err, "the compressed answer of %s is damaged; try again, or use another address", d.host)
	}
	got := fmt.Sprintf("%d bytes", d.read)
	if d.Size >= 0 {
		got += fmt.Sprintf(" of %d", d.Size)
	}
	return failed(Truncated, err, "the connection to %s broke after %s; nothing was kept, try again", d.host, got)
}

func (d *Download) tooLarge(what string) error {
	return failed(TooLarge, nil, "the file at %s %s, and the limit is %s; fetch a smaller or a compressed (zip, parquet) file", d.host, what, megabytes(d.fetcher.config.MaxBytes))
}

func megabytes(n int64) string {
	const mb = 1 << 20
	if n < mb {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n/mb)
}
