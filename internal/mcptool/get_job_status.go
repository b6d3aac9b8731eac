package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

type jobArgs struct{ id string }

func (a *jobArgs) params(orchestrator.Settings) []param { return []param{jobID(&a.id)} }

func getJobStatus(told orchestrator.Settings) tool {
	return define(tool{
		name: "get_job_status",
		about: "How a job stands: status (queued, running, completed, failed, timeout, cancelled or lost), elapsed time, " +
			"and the last of its output. Never waits.",
		hints:  hints{readOnly: true, idempotent: true},
		output: jobSchema,
	}, told, (*jobArgs).params, runGetJobStatus)
}

func runGetJobStatus(ctx context.Context, c *call, a jobArgs) (reply, error) {
	e, err := c.svc.Job(ctx, c.owner, a.id)
	if err != nil {
		return reply{}, err
	}
	return c.job(e, ""), nil
}
