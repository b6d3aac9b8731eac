package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

func getJobResult(told orchestrator.Settings) tool {
	return define(tool{
		name:  "get_job_result",
		about: "A job's whole reply, as execute_code gives it; of a job that still runs, its output so far. Never waits.",
		hints: hints{readOnly: true, idempotent: true},
	}, told, (*jobArgs).params, runGetJobResult)
}

func runGetJobResult(ctx context.Context, c *call, a jobArgs) (reply, error) {
	e, err := c.svc.Job(ctx, c.owner, a.id)
	if err != nil {
		return reply{}, err
	}
	return c.execution(e), nil
}
