package mcptool

import (
	"context"
	"fmt"

	"power-interpreter/orchestrator"
)

type deletedAnswer struct {
	SessionID string `json:"session_id"`
	Deleted   bool   `json:"deleted"`
	noticed
}

func deleteSession(told orchestrator.Settings) tool {
	return define(tool{
		name:   "delete_session",
		about:  "Stop the session and delete its files, job results, charts and links for good.",
		hints:  hints{destructive: true, idempotent: true},
		output: structure(has("session_id", aString), has("deleted", aBool)),
	}, told, func(a *sessionArgs, _ orchestrator.Settings) []param {
		p := sessionID(&a.session).must()
		p.usual, p.about, a.session = "", "", "" // none by default: nothing is deleted unnamed
		return []param{p}
	}, runDeleteSession)
}

func runDeleteSession(ctx context.Context, c *call, a sessionArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	if err := c.svc.Delete(ctx, ref); err != nil {
		return reply{}, err
	}
	return reply{
		text: fmt.Sprintf("Session %s is deleted, with its files and results. The id is free for a new session.", ref.ID),
		data: &deletedAnswer{SessionID: ref.ID, Deleted: true},
	}, nil
}
