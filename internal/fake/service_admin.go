package fake

import (
	"context"

	"power-interpreter/orchestrator"
)

// Overview calls OnOverview.
func (s *Service) Overview(ctx context.Context) (v orchestrator.Overview, err error) {
	s.got("Overview", orchestrator.Ref{})
	if s.OnOverview != nil {
		return s.OnOverview(ctx)
	}
	return v, nil
}

// Inspect calls OnInspect.
func (s *Service) Inspect(ctx context.Context, id string) (i orchestrator.Inspection, err error) {
	s.got("Inspect", orchestrator.Ref{}, id)
	if s.OnInspect != nil {
		return s.OnInspect(ctx, id)
	}
	return i, nil
}

// Intervene calls OnIntervene.
func (s *Service) Intervene(ctx context.Context, id string, act orchestrator.Intervention) (did orchestrator.Intervened, err error) {
	s.got("Intervene", orchestrator.Ref{}, id, act)
	if s.OnIntervene != nil {
		return s.OnIntervene(ctx, id, act)
	}
	return did, nil
}

// Figures calls OnFigures.
func (s *Service) Figures(ctx context.Context) (f orchestrator.Figures, err error) {
	s.got("Figures", orchestrator.Ref{})
	if s.OnFigures != nil {
		return s.OnFigures(ctx)
	}
	return f, nil
}
