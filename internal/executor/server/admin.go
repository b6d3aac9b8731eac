package server

import (
	"context"

	"power-interpreter/orchestrator"
)

// overview lists the front's sessions and counts them. Places and spares are the
// executor's: how full it is concerns every front.
func (s *Server) overview(ctx context.Context, c running) (orchestrator.Overview, error) {
	all, err := s.svc.Overview(ctx)
	own, states := all.Sessions[:0:0], map[orchestrator.State]int{}
	for _, i := range all.Sessions {
		if owner, is := c.front.foreign(i.Owner); is {
			i.Owner = owner
			own = append(own, i)
			states[i.State]++
		}
	}
	all.Sessions, all.Totals.Sessions, all.Totals.States = own, len(own), states
	return all, err
}

// inspect tells of a session of the front; of another's as of none.
func (s *Server) inspect(ctx context.Context, c running) (orchestrator.Inspection, error) {
	i, err := s.svc.Inspect(ctx, c.ID)
	if err != nil {
		return orchestrator.Inspection{}, err
	}
	owner, is := c.front.foreign(i.Owner)
	if !is {
		return orchestrator.Inspection{}, orchestrator.Errorf(orchestrator.CodeNotFound, "no session has the internal id %.40q; /admin/sessions lists those there are", c.ID)
	}
	i.Owner = owner
	return i, nil
}

// intervene acts on a session of the front. An internal id is one session's for
// ever, so that looking first is enough.
func (s *Server) intervene(ctx context.Context, c running) (orchestrator.Intervened, error) {
	if _, err := s.inspect(ctx, c); err != nil {
		return orchestrator.Intervened{}, err
	}
	did, err := s.svc.Intervene(ctx, c.ID, c.Act)
	did.Owner, _ = c.front.foreign(did.Owner)
	return did, err
}
