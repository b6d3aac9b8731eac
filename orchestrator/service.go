package orchestrator

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrCancelled is the cause of a context whose caller gave the call up. A
// context that ends of another cause (a dropped connection) detaches instead.
var ErrCancelled = errors.New("cancelled by the caller")

// Service is what the tools call. The Orchestrator is one; a client of an
// executor elsewhere is another. Every error is an *Error. No path of the host
// is in any argument or answer.
type Service interface {
	// Execute runs a cell and returns when it has ended, or with a running
	// Execution (Job true) once it is detached. watch, if not nil, is called
	// with new output as it comes, from one goroutine at a time, and must not
	// block. If ctx ends with ErrCancelled the cell is interrupted, and its
	// end is returned; if of another cause, it is detached.
	Execute(ctx context.Context, ref Ref, cell Cell, watch func(Output)) (Execution, error)
	// Submit queues a cell as a job and returns at once.
	Submit(ctx context.Context, ref Ref, cell Cell) (Execution, error)
	// Job returns an execution of the owner, whichever session it ran in.
	Job(ctx context.Context, owner, id string) (Execution, error)
	// CancelJob interrupts a running one or drops a queued one, and returns
	// it when it has ended.
	CancelJob(ctx context.Context, owner, id string) (Execution, error)

	Load(ctx context.Context, ref Ref, load Load) (Dataset, error)
	Query(ctx context.Context, ref Ref, query Query) (Table, error)
	Datasets(ctx context.Context, ref Ref) (Datasets, error)

	// Fetch downloads into the session's folder; name empty means the URL's.
	Fetch(ctx context.Context, ref Ref, url, name string) (Artifact, error)
	// Upload writes content to a file of the session. A content that is an
	// Interrupter is interrupted when ctx or the session ends.
	Upload(ctx context.Context, ref Ref, name string, content io.Reader) (Artifact, error)
	// Open opens a file of the session; name in any form of the contract.
	Open(ctx context.Context, ref Ref, name string) (Content, error)
	Files(ctx context.Context, ref Ref) (Listing, error)
	// UploadPart writes a file in more than one call, or tells how far it is.
	// What has come stays for an hour, also when a part's content fails; the
	// Progress is right with an error too.
	UploadPart(ctx context.Context, ref Ref, name string, part Part) (Progress, error)
	// Nonce returns what this session alone has among all that ever have its
	// id. One that has no files yet is CodeNotFound, or with create gets a folder.
	Nonce(ctx context.Context, ref Ref, create bool) (string, error)

	// Create makes the session ready now.
	Create(ctx context.Context, ref Ref) (Session, error)
	// Reset gives it a fresh kernel; files stay.
	Reset(ctx context.Context, ref Ref) (Session, error)
	// Delete stops it and deletes all it has. Deleting none is CodeNotFound.
	Delete(ctx context.Context, ref Ref) error
	// Sessions lists the owner's; every owner's for "".
	Sessions(ctx context.Context, owner string) ([]Session, error)
	// Notices takes what the session's caller has yet to be told, once.
	Notices(ctx context.Context, ref Ref) []string
	// Health returns nil while sandboxes can be made.
	Health(ctx context.Context) error
	// Settings are what the tools tell and check against.
	Settings() Settings
}

// Settings are the bounds that callers see.
type Settings struct {
	MaxOutputChars int
	JobTimeoutMax  time.Duration
	MaxUpload      int64 // bytes
	Sandbox        SandboxLimits
}
