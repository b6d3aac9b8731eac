package server

import (
	"context"
	"net/http"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// methods lists what can be called.
func (s *Server) methods() map[protocol.Method]route {
	svc := s.svc
	return map[protocol.Method]route{
		protocol.MethodHello:      {http.MethodGet, s.hello},
		protocol.MethodEnd:        {http.MethodPost, s.end},
		protocol.MethodUpload:     {http.MethodPost, s.upload},
		protocol.MethodUploadPart: {http.MethodPost, s.uploadPart},
		protocol.MethodOpen:       {http.MethodGet, s.open},

		protocol.MethodExecute: method(s, func(ctx context.Context, c running) (orchestrator.Execution, error) {
			if c.Cell == nil {
				return orchestrator.Execution{}, missing("cell")
			}
			e, err := svc.Execute(ctx, c.ref, *c.Cell, c.events.watch)
			return c.front.execution(e), err
		}),
		protocol.MethodSubmit: method(s, func(ctx context.Context, c running) (orchestrator.Execution, error) {
			if c.Cell == nil {
				return orchestrator.Execution{}, missing("cell")
			}
			e, err := svc.Submit(ctx, c.ref, *c.Cell)
			return c.front.execution(e), err
		}),
		protocol.MethodJob: method(s, func(ctx context.Context, c running) (orchestrator.Execution, error) {
			e, err := svc.Job(ctx, c.ref.Owner, c.ID)
			return c.front.execution(e), err
		}),
		protocol.MethodCancelJob: method(s, func(ctx context.Context, c running) (orchestrator.Execution, error) {
			e, err := svc.CancelJob(ctx, c.ref.Owner, c.ID)
			return c.front.execution(e), err
		}),
		protocol.MethodLoad: method(s, func(ctx context.Context, c running) (orchestrator.Dataset, error) {
			if c.Load == nil {
				return orchestrator.Dataset{}, missing("load")
			}
			return svc.Load(ctx, c.ref, *c.Load)
		}),
		protocol.MethodQuery: method(s, func(ctx context.Context, c running) (orchestrator.Table, error) {
			if c.Query == nil {
				return orchestrator.Table{}, missing("query")
			}
			return svc.Query(ctx, c.ref, *c.Query)
		}),
		protocol.MethodDatasets: method(s, func(ctx context.Context, c running) (orchestrator.Datasets, error) {
			return svc.Datasets(ctx, c.ref)
		}),
		protocol.MethodFetch: method(s, func(ctx context.Context, c running) (orchestrator.Artifact, error) {
			return svc.Fetch(ctx, c.ref, c.URL, c.Name)
		}),
		protocol.MethodFiles: method(s, func(ctx context.Context, c running) (orchestrator.Listing, error) {
			return svc.Files(ctx, c.ref)
		}),
		protocol.MethodNonce: method(s, func(ctx context.Context, c running) (string, error) {
			return svc.Nonce(ctx, c.ref, c.Create)
		}),
		protocol.MethodCreate: method(s, func(ctx context.Context, c running) (protocol.Session, error) {
			made, err := svc.Create(ctx, c.ref)
			return protocol.Session(c.front.session(made)), err
		}),
		protocol.MethodReset: method(s, func(ctx context.Context, c running) (protocol.Session, error) {
			made, err := svc.Reset(ctx, c.ref)
			return protocol.Session(c.front.session(made)), err
		}),
		protocol.MethodDelete: method(s, func(ctx context.Context, c running) (struct{}, error) {
			return struct{}{}, svc.Delete(ctx, c.ref)
		}),
		protocol.MethodSessions: anyones(s, s.sessions),
		protocol.MethodNotices: method(s, func(ctx context.Context, c running) ([]string, error) {
			return svc.Notices(ctx, c.ref), nil
		}),
		protocol.MethodHealth: anyones(s, func(ctx context.Context, _ running) (struct{}, error) {
			return struct{}{}, svc.Health(ctx)
		}),
		protocol.MethodOverview:  anyones(s, s.overview),
		protocol.MethodInspect:   anyones(s, s.inspect),
		protocol.MethodIntervene: anyones(s, s.intervene),
		protocol.MethodFigures: anyones(s, func(ctx context.Context, _ running) (orchestrator.Figures, error) {
			return svc.Figures(ctx)
		}),
	}
}

func missing(what string) error {
	return orchestrator.Errorf(orchestrator.CodeInvalid, "the call has no %s", what)
}

// sessions lists an owner's, or all of the front's.
func (s *Server) sessions(ctx context.Context, c running) ([]protocol.Session, error) {
	owner := ""
	if c.Owner != "" {
		var err error
		if owner, err = c.front.own(c.Owner); err != nil {
			return nil, err
		}
	}
	all, err := s.svc.Sessions(ctx, owner)
	var own []protocol.Session
	for _, one := range c.front.sessions(all) {
		own = append(own, protocol.Session(one))
	}
	return own, err
}

func (s *Server) hello(w http.ResponseWriter, _ *http.Request, _ front) {
	if s.stops.Load() {
		refuse(w, unavailable(orchestrator.CodeUnavailable, "the server is stopping; try again in a few seconds"))
		return
	}
	writeJSON(w, protocol.Hello{Build: s.cfg.Build, Settings: s.svc.Settings()})
}

func (s *Server) end(w http.ResponseWriter, r *http.Request, f front) {
	var e protocol.Ending
	if refused := s.read(w, r, f, &e); refused != nil {
		refuse(w, refused)
		return
	}
	s.calls.end(f, e)
	writeJSON(w, struct{}{})
}
