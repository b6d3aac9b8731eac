package mcptool

import (
	"context"
	"fmt"

	"power-interpreter/orchestrator"
)

type createSessionArgs struct{ session, name string }

func createSession(told orchestrator.Settings) tool {
	return define(tool{
		name:   "create_session",
		about:  "Make a session ready now rather than at its first use; not needed before other tools. Answers with its folder and limits.",
		hints:  hints{idempotent: true},
		output: sessionSchema,
	}, told, func(a *createSessionArgs, _ orchestrator.Settings) []param {
		return []param{
			sessionID(&a.session),
			optional("name", "", &a.name, maxShort).unpublished(),
			ignored("description"),
		}
	}, runCreateSession)
}

// runCreateSession takes a name, which older clients send instead of an id, as
// the id where it can be one.
func runCreateSession(ctx context.Context, c *call, a createSessionArgs) (reply, error) {
	remark := ""
	if a.name != "" && a.session == "default" {
		if (orchestrator.Ref{Owner: c.owner, ID: a.name}).Validate() == nil {
			a.session = a.name
		} else {
			remark = fmt.Sprintf("%s cannot be a session_id, so this is the session default. ", quote(clip(a.name, maxEcho)))
		}
	}
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	s, err := c.svc.Create(ctx, ref)
	if err != nil {
		return reply{}, err
	}
	return c.sessionReply(s, remark+fmt.Sprintf("Session %s is ready.", s.ID)), nil
}
