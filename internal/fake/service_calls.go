package fake

import (
	"context"
	"io"

	"power-interpreter/orchestrator"
)

// Execute calls OnExecute.
func (s *Service) Execute(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell, watch func(orchestrator.Output)) (e orchestrator.Execution, err error) {
	s.got("Execute", ref, cell)
	if s.OnExecute != nil {
		return s.OnExecute(ctx, ref, cell, watch)
	}
	return e, nil
}

// Submit calls OnSubmit.
func (s *Service) Submit(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell) (e orchestrator.Execution, err error) {
	s.got("Submit", ref, cell)
	if s.OnSubmit != nil {
		return s.OnSubmit(ctx, ref, cell)
	}
	return e, nil
}

// Job calls OnJob.
func (s *Service) Job(ctx context.Context, owner, id string) (e orchestrator.Execution, err error) {
	s.got("Job", orchestrator.Ref{Owner: owner}, id)
	if s.OnJob != nil {
		return s.OnJob(ctx, owner, id)
	}
	return e, nil
}

// CancelJob calls OnCancelJob.
func (s *Service) CancelJob(ctx context.Context, owner, id string) (e orchestrator.Execution, err error) {
	s.got("CancelJob", orchestrator.Ref{Owner: owner}, id)
	if s.OnCancelJob != nil {
		return s.OnCancelJob(ctx, owner, id)
	}
	return e, nil
}

// Load calls OnLoad.
func (s *Service) Load(ctx context.Context, ref orchestrator.Ref, load orchestrator.Load) (d orchestrator.Dataset, err error) {
	s.got("Load", ref, load)
	if s.OnLoad != nil {
		return s.OnLoad(ctx, ref, load)
	}
	return d, nil
}

// Query calls OnQuery.
func (s *Service) Query(ctx context.Context, ref orchestrator.Ref, query orchestrator.Query) (t orchestrator.Table, err error) {
	s.got("Query", ref, query)
	if s.OnQuery != nil {
		return s.OnQuery(ctx, ref, query)
	}
	return t, nil
}

// Datasets calls OnDatasets.
func (s *Service) Datasets(ctx context.Context, ref orchestrator.Ref) (d orchestrator.Datasets, err error) {
	s.got("Datasets", ref)
	if s.OnDatasets != nil {
		return s.OnDatasets(ctx, ref)
	}
	return d, nil
}

// Fetch calls OnFetch.
func (s *Service) Fetch(ctx context.Context, ref orchestrator.Ref, url, name string) (a orchestrator.Artifact, err error) {
	s.got("Fetch", ref, url, name)
	if s.OnFetch != nil {
		return s.OnFetch(ctx, ref, url, name)
	}
	return a, nil
}

// Upload calls OnUpload.
func (s *Service) Upload(ctx context.Context, ref orchestrator.Ref, name string, content io.Reader) (a orchestrator.Artifact, err error) {
	s.got("Upload", ref, name)
	if s.OnUpload != nil {
		return s.OnUpload(ctx, ref, name, content)
	}
	return a, nil
}

// Open calls OnOpen.
func (s *Service) Open(ctx context.Context, ref orchestrator.Ref, name string) (c orchestrator.Content, err error) {
	s.got("Open", ref, name)
	if s.OnOpen != nil {
		return s.OnOpen(ctx, ref, name)
	}
	return c, nil
}

// Files calls OnFiles.
func (s *Service) Files(ctx context.Context, ref orchestrator.Ref) (l orchestrator.Listing, err error) {
	s.got("Files", ref)
	if s.OnFiles != nil {
		return s.OnFiles(ctx, ref)
	}
	return l, nil
}

// UploadPart calls OnUploadPart.
func (s *Service) UploadPart(ctx context.Context, ref orchestrator.Ref, name string, part orchestrator.Part) (p orchestrator.Progress, err error) {
	s.got("UploadPart", ref, name)
	if s.OnUploadPart != nil {
		return s.OnUploadPart(ctx, ref, name, part)
	}
	return p, nil
}

// Nonce calls OnNonce.
func (s *Service) Nonce(ctx context.Context, ref orchestrator.Ref, create bool) (nonce string, err error) {
	s.got("Nonce", ref, create)
	if s.OnNonce != nil {
		return s.OnNonce(ctx, ref, create)
	}
	return nonce, nil
}

// Create calls OnCreate.
func (s *Service) Create(ctx context.Context, ref orchestrator.Ref) (d orchestrator.Session, err error) {
	s.got("Create", ref)
	if s.OnCreate != nil {
		return s.OnCreate(ctx, ref)
	}
	return d, nil
}

// Reset calls OnReset.
func (s *Service) Reset(ctx context.Context, ref orchestrator.Ref) (d orchestrator.Session, err error) {
	s.got("Reset", ref)
	if s.OnReset != nil {
		return s.OnReset(ctx, ref)
	}
	return d, nil
}

// Delete calls OnDelete.
func (s *Service) Delete(ctx context.Context, ref orchestrator.Ref) error {
	s.got("Delete", ref)
	if s.OnDelete != nil {
		return s.OnDelete(ctx, ref)
	}
	return nil
}

// Sessions calls OnSessions.
func (s *Service) Sessions(ctx context.Context, owner string) ([]orchestrator.Session, error) {
	s.got("Sessions", orchestrator.Ref{Owner: owner})
	if s.OnSessions != nil {
		return s.OnSessions(ctx, owner)
	}
	return nil, nil
}

// Health calls OnHealth.
func (s *Service) Health(ctx context.Context) error {
	s.got("Health", orchestrator.Ref{})
	if s.OnHealth != nil {
		return s.OnHealth(ctx)
	}
	return nil
}
