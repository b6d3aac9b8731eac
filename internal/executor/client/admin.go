package client

import (
	"context"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// Overview lists this front's sessions; see orchestrator.Administration.
func (c *Client) Overview(ctx context.Context) (orchestrator.Overview, error) {
	return do[orchestrator.Overview](ctx, c, request{method: protocol.MethodOverview})
}

// Inspect tells of one of them; see orchestrator.Administration.
func (c *Client) Inspect(ctx context.Context, id string) (orchestrator.Inspection, error) {
	return do[orchestrator.Inspection](ctx, c, request{method: protocol.MethodInspect, args: protocol.Call{ID: id}})
}

// Intervene acts on one of them; see orchestrator.Administration.
func (c *Client) Intervene(ctx context.Context, id string, act orchestrator.Intervention) (orchestrator.Intervened, error) {
	return do[orchestrator.Intervened](ctx, c, request{method: protocol.MethodIntervene, args: protocol.Call{ID: id, Act: act}})
}

// Figures are the executor's, of all fronts; see orchestrator.Administration.
func (c *Client) Figures(ctx context.Context) (orchestrator.Figures, error) {
	return do[orchestrator.Figures](ctx, c, request{method: protocol.MethodFigures})
}
