package orchestrator

import (
	"context"
	"io"
	"time"
)

// Artifact is a file of a session. Path is relative to the session's folder,
// with slashes; one that ends in a slash is a folder.
type Artifact struct {
	Path     string    `json:"path"`
	Size     int64     `json:"size"`
	MIME     string    `json:"mime_type"`
	Modified time.Time `json:"modified"`
	// From is its path before an execution that renamed it.
	From string `json:"renamed_from,omitempty"`
}

// Content is an open file of a session. The caller closes it.
type Content struct {
	Artifact
	// ETag is an entity tag (RFC 9110, 8.8.3) of the bytes, empty for unknown.
	ETag string
	io.ReadSeekCloser
}

// Listing is a session's files, the newest first, at most MaxListed.
type Listing struct {
	Files []Artifact
	// Truncated is true where more exist.
	Truncated bool
}

// MaxListed bounds a Listing in files.
const MaxListed = 1000

// Download is the answer to a fetch: a name as the other end or the caller
// gave it, and a body that fails where a bound is met. The caller closes Body.
type Download struct {
	Name string
	Body io.ReadCloser
}

// Fetcher downloads for sessions, which have no network of their own. It
// guards the addresses that only this host may reach. Its errors are *Error.
type Fetcher interface {
	Fetch(ctx context.Context, url, name string) (Download, error)
}
