package fake

import (
	"context"
	"io"
	"slices"
	"sync"

	"power-interpreter/orchestrator"
)

// Service is a scripted orchestrator.Service and orchestrator.Administration. A method whose On field is nil
// answers the zero value and no error. Set the fields before the first call;
// the methods may be called from several goroutines.
type Service struct {
	OnExecute    func(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell, watch func(orchestrator.Output)) (orchestrator.Execution, error)
	OnSubmit     func(ctx context.Context, ref orchestrator.Ref, cell orchestrator.Cell) (orchestrator.Execution, error)
	OnJob        func(ctx context.Context, owner, id string) (orchestrator.Execution, error)
	OnCancelJob  func(ctx context.Context, owner, id string) (orchestrator.Execution, error)
	OnLoad       func(ctx context.Context, ref orchestrator.Ref, load orchestrator.Load) (orchestrator.Dataset, error)
	OnQuery      func(ctx context.Context, ref orchestrator.Ref, query orchestrator.Query) (orchestrator.Table, error)
	OnDatasets   func(ctx context.Context, ref orchestrator.Ref) (orchestrator.Datasets, error)
	OnFetch      func(ctx context.Context, ref orchestrator.Ref, url, name string) (orchestrator.Artifact, error)
	OnUpload     func(ctx context.Context, ref orchestrator.Ref, name string, content io.Reader) (orchestrator.Artifact, error)
	OnOpen       func(ctx context.Context, ref orchestrator.Ref, name string) (orchestrator.Content, error)
	OnFiles      func(ctx context.Context, ref orchestrator.Ref) (orchestrator.Listing, error)
	OnUploadPart func(ctx context.Context, ref orchestrator.Ref, name string, part orchestrator.Part) (orchestrator.Progress, error)
	OnNonce      func(ctx context.Context, ref orchestrator.Ref, create bool) (string, error)
	OnCreate     func(ctx context.Context, ref orchestrator.Ref) (orchestrator.Session, error)
	OnReset      func(ctx context.Context, ref orchestrator.Ref) (orchestrator.Session, error)
	OnDelete     func(ctx context.Context, ref orchestrator.Ref) error
	OnSessions   func(ctx context.Context, owner string) ([]orchestrator.Session, error)
	OnHealth     func(ctx context.Context) error
	OnOverview   func(ctx context.Context) (orchestrator.Overview, error)
	OnInspect    func(ctx context.Context, id string) (orchestrator.Inspection, error)
	OnIntervene  func(ctx context.Context, id string, act orchestrator.Intervention) (orchestrator.Intervened, error)
	OnFigures    func(ctx context.Context) (orchestrator.Figures, error)
	// Told is what Settings answers.
	Told orchestrator.Settings

	mu      sync.Mutex
	calls   []Call
	notices map[orchestrator.Ref][]string
}

// Call is a call that a Service got. Args are the arguments after the context
// and the session or owner.
type Call struct {
	Method string
	Ref    orchestrator.Ref // ID is empty where only the owner is named
	Args   []any
}

var (
	_ orchestrator.Service        = (*Service)(nil)
	_ orchestrator.Administration = (*Service)(nil)
)

// Calls returns the calls so far, without those of Notices and Settings.
func (s *Service) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Notify leaves word that the session's next Notices takes.
func (s *Service) Notify(ref orchestrator.Ref, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notices == nil {
		s.notices = map[orchestrator.Ref][]string{}
	}
	s.notices[ref] = append(s.notices[ref], text)
}

// Notices takes what Notify left, once.
func (s *Service) Notices(_ context.Context, ref orchestrator.Ref) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	notices := s.notices[ref]
	delete(s.notices, ref)
	return notices
}

// Settings returns Told.
func (s *Service) Settings() orchestrator.Settings { return s.Told }

func (s *Service) got(method string, ref orchestrator.Ref, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Method: method, Ref: ref, Args: args})
}
