package fetch

import (
	"context"
	"net/http"
	"net/url"
)

// Fetch begins a download and returns when the file's first bytes are there and
// are what they should be; the caller reads the rest and calls Close. filename
// may be empty, else it names the file, sub-folders allowed, and must have an
// allowed extension or none. Every error is an *Error.
//
// A redirect from https to http is refused: a caller who accepts that can fetch
// the http address. A user name or password in the address is refused too: it
// would end up in logs and transcripts.
func (f *Fetcher) Fetch(ctx context.Context, rawURL, filename string) (*Download, error) {
	if err := f.checkFilename(filename); err != nil {
		return nil, err
	}
	u, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	clock := newClock(ctx, f.config)
	got, err := f.follow(clock.ctx, u)
	if err != nil {
		clock.stop(nil)
		return nil, err
	}
	d, err := f.open(clock, got, filename)
	if err != nil {
		got.resp.Body.Close()
		clock.stop(nil)
		return nil, err
	}
	f.config.Logger.InfoContext(ctx, "fetch", "host", got.final.Hostname(), "redirects", got.redirects, "type", d.ContentType, "size", d.Size)
	return d, nil
}

// answer is a response that is no redirect, and how it was reached.
type answer struct {
	asked, final *url.URL
	redirects    int
	resp         *http.Response
}

func (f *Fetcher) follow(ctx context.Context, asked *url.URL) (*answer, error) {
	u := asked
	for redirects := 0; ; redirects++ {
		resp, err := f.get(ctx, u)
		if err != nil {
			return nil, err
		}
		if !isRedirect(resp.StatusCode) {
			return &answer{asked, u, redirects, resp}, nil
		}
		resp.Body.Close()
		if redirects == maxRedirects {
			return nil, failed(TooManyRedirects, nil, "%s redirects more than %d times; open the address in a browser and use the one that it ends at", asked.Hostname(), maxRedirects)
		}
		if u, err = redirectTarget(u, resp.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
}

func (f *Fetcher) get(ctx context.Context, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ofDownload(ctx), http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, failed(InvalidURL, err, "the address cannot be asked for; write it as https://host/path")
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := f.transport.RoundTrip(req)
	if err != nil {
		return nil, f.explain(ctx, u.Hostname(), err)
	}
	return resp, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
