package client

import (
	"context"
	"io"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

func on(ref orchestrator.Ref) protocol.Call {
	return protocol.Call{Owner: ref.Owner, Session: ref.ID}
}

// Execute runs a cell; see orchestrator.Service.
func (c *Client) Execute(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell, watch func(orchestrator.Output)) (orchestrator.Execution, error) {
	args := on(ref)
	args.Cell = &cell
	return do[orchestrator.Execution](ctx, c, request{method: protocol.MethodExecute, args: args, ordered: true, watch: watch})
}

// Submit queues a cell as a job; see orchestrator.Service.
func (c *Client) Submit(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell) (orchestrator.Execution, error) {
	args := on(ref)
	args.Cell = &cell
	return do[orchestrator.Execution](ctx, c, request{method: protocol.MethodSubmit, args: args, ordered: true})
}

// Job returns an execution; see orchestrator.Service.
func (c *Client) Job(ctx context.Context, owner, id string) (orchestrator.Execution, error) {
	return do[orchestrator.Execution](ctx, c, request{method: protocol.MethodJob, args: protocol.Call{Owner: owner, ID: id}})
}

// CancelJob stops an execution; see orchestrator.Service.
func (c *Client) CancelJob(ctx context.Context, owner, id string) (orchestrator.Execution, error) {
	return do[orchestrator.Execution](ctx, c, request{method: protocol.MethodCancelJob, args: protocol.Call{Owner: owner, ID: id}})
}

// Load reads a file into a DataFrame; see orchestrator.Service.
func (c *Client) Load(ctx context.Context, ref orchestrator.Ref, load orchestrator.Load) (orchestrator.Dataset, error) {
	args := on(ref)
	args.Load = &load
	return do[orchestrator.Dataset](ctx, c, request{method: protocol.MethodLoad, args: args, ordered: true})
}

// Query runs SQL; see orchestrator.Service.
func (c *Client) Query(ctx context.Context, ref orchestrator.Ref, query orchestrator.Query) (orchestrator.Table, error) {
	args := on(ref)
	args.Query = &query
	return do[orchestrator.Table](ctx, c, request{method: protocol.MethodQuery, args: args, ordered: true})
}

// Datasets lists DataFrames; see orchestrator.Service.
func (c *Client) Datasets(ctx context.Context, ref orchestrator.Ref) (orchestrator.Datasets, error) {
	return do[orchestrator.Datasets](ctx, c, request{method: protocol.MethodDatasets, args: on(ref)})
}

// Fetch has the executor download; see orchestrator.Service.
func (c *Client) Fetch(ctx context.Context, ref orchestrator.Ref, url, name string) (orchestrator.Artifact, error) {
	args := on(ref)
	args.URL, args.Name = url, name
	return do[orchestrator.Artifact](ctx, c, request{method: protocol.MethodFetch, args: args, ordered: true})
}

// Upload writes a file; see orchestrator.Service.
func (c *Client) Upload(ctx context.Context, ref orchestrator.Ref, name string, content io.Reader) (orchestrator.Artifact, error) {
	return do[orchestrator.Artifact](ctx, c, request{method: protocol.MethodUpload, ordered: true, file: &protocol.File{Ref: ref, Name: name}, body: newBody(content)})
}

// UploadPart writes a part of one; see orchestrator.Service.
func (c *Client) UploadPart(ctx context.Context, ref orchestrator.Ref, name string, part orchestrator.Part) (orchestrator.Progress, error) {
	q := request{
		method: protocol.MethodUploadPart, ordered: true,
		file: &protocol.File{Ref: ref, Name: name, Offset: part.Offset, Total: part.Total, Ask: part.Content == nil},
	}
	if part.Content != nil {
		q.body = newBody(part.Content)
	}
	return do[orchestrator.Progress](ctx, c, q)
}

// Files lists a session's files; see orchestrator.Service.
func (c *Client) Files(ctx context.Context, ref orchestrator.Ref) (orchestrator.Listing, error) {
	return do[orchestrator.Listing](ctx, c, request{method: protocol.MethodFiles, args: on(ref)})
}

// Nonce returns what is the session's alone; see orchestrator.Service.
func (c *Client) Nonce(ctx context.Context, ref orchestrator.Ref, create bool) (string, error) {
	args := on(ref)
	args.Create = create
	return do[string](ctx, c, request{method: protocol.MethodNonce, args: args, ordered: create})
}

// Create makes the session ready; see orchestrator.Service.
func (c *Client) Create(ctx context.Context, ref orchestrator.Ref) (orchestrator.Session, error) {
	made, err := do[protocol.Session](ctx, c, request{method: protocol.MethodCreate, args: on(ref), ordered: true})
	return orchestrator.Session(made), err
}

// Reset gives it a fresh kernel; see orchestrator.Service.
func (c *Client) Reset(ctx context.Context, ref orchestrator.Ref) (orchestrator.Session, error) {
	made, err := do[protocol.Session](ctx, c, request{method: protocol.MethodReset, args: on(ref), ordered: true})
	return orchestrator.Session(made), err
}

// Delete ends it; see orchestrator.Service.
func (c *Client) Delete(ctx context.Context, ref orchestrator.Ref) error {
	_, err := do[struct{}](ctx, c, request{method: protocol.MethodDelete, args: on(ref), ordered: true})
	return err
}

// Sessions lists the owner's, or all of this front's; see orchestrator.Service.
func (c *Client) Sessions(ctx context.Context, owner string) ([]orchestrator.Session, error) {
	all, err := do[[]protocol.Session](ctx, c, request{method: protocol.MethodSessions, args: protocol.Call{Owner: owner}})
	var list []orchestrator.Session
	for _, one := range all {
		list = append(list, orchestrator.Session(one))
	}
	return list, err
}

// Notices takes what is to be told; see orchestrator.Service. While the executor
// does not answer, it waits there.
func (c *Client) Notices(ctx context.Context, ref orchestrator.Ref) []string {
	if c.isAway() || c.quiet.take(ref) {
		return nil
	}
	notices, _ := do[[]string](ctx, c, request{method: protocol.MethodNotices, args: on(ref)})
	return notices
}
