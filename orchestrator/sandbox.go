package orchestrator

import (
	"context"
	"io"
)

// The uids that the image's passwd names, one for each sandbox: unused by
// systemd and below the default subuid ranges.
const (
	FirstUID = 70000
	UIDCount = 4096
)

// DataFolder is where a sandbox sees its host folder; a session's own folder
// lies in it under the session's id.
const DataFolder = "/app/sandbox_data"

// Spec is everything that makes one sandbox. It names only what cannot change
// after the sandbox's creation; whose it is lies in its claim.
type Spec struct {
	ID      string // internal id: random, 16 hex digits
	UID     int    // uid and gid of everything in it
	Folder  string // the host folder mounted at DataFolder
	Image   string
	Runner  string // the image's runner hash
	Runtime string // engine runtime, empty for its default
	DataDir string // whose sandbox it is: the label that other servers on this engine don't match
	Limits  SandboxLimits
}

// Sandbox is one that the engine knows of.
type Sandbox struct {
	ID      string
	UID     int
	Runner  string
	Running bool
}

// Engine runs sandboxes. Its errors are *Error with CodeUnavailable where the
// engine or the image is at fault.
type Engine interface {
	// Check returns the runner hash of the image, or why no sandbox can be made.
	Check(ctx context.Context) (runner string, err error)
	// Start creates and starts a sandbox. On error nothing is left of it.
	Start(ctx context.Context, spec Spec) error
	// Attach opens the runner's stdin and stdout. Closing the stream leaves
	// both open for the next one. Several attachments may not overlap.
	Attach(ctx context.Context, id string) (io.ReadWriteCloser, error)
	// List returns every sandbox of the data folder, running or not.
	List(ctx context.Context, dataDir string) ([]Sandbox, error)
	// Remove kills and removes a sandbox and returns when the engine says that
	// it is gone. Removing one that is not there is no error.
	Remove(ctx context.Context, id string) error
	// Usage asks what a sandbox takes of the host. It asks nothing of what is in
	// it, so it answers of one that is busy, paused or hung; it changes nothing.
	Usage(ctx context.Context, id string) (Usage, error)
	// Exits sends the id of each sandbox of the data folder that stops, until
	// ctx ends; then the channel closes. It reconnects by itself.
	Exits(ctx context.Context, dataDir string) <-chan string
}
