package mcptool

import (
	"context"
	"fmt"

	"power-interpreter/orchestrator"
)

func resetSession(told orchestrator.Settings) tool {
	return define(tool{
		name:   "reset_session",
		about:  "Give the session a fresh kernel: variables are lost, code that runs is cancelled, files stay.",
		hints:  hints{destructive: true, idempotent: true},
		output: sessionSchema,
	}, told, (*sessionArgs).params, runResetSession)
}

func runResetSession(ctx context.Context, c *call, a sessionArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	s, err := c.svc.Reset(ctx, ref)
	if err != nil {
		return reply{}, err
	}
	return c.sessionReply(s, fmt.Sprintf("Session %s has a fresh kernel: no variables, files as they were.", s.ID)), nil
}
