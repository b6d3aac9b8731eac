package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

func cancelJob(told orchestrator.Settings) tool {
	return define(tool{
		name:   "cancel_job",
		about:  "Interrupt a job that runs, or drop one that is queued. The session's variables stay.",
		hints:  hints{destructive: true, idempotent: true},
		output: jobSchema,
	}, told, (*jobArgs).params, runCancelJob)
}

func runCancelJob(ctx context.Context, c *call, a jobArgs) (reply, error) {
	e, err := c.svc.CancelJob(ctx, c.owner, a.id)
	if err != nil {
		return reply{}, err
	}
	remark := ""
	if e.Status.Ended() && e.Status != orchestrator.StatusCancelled {
		remark = "Nothing was cancelled: the job had ended."
	}
	return c.job(e, remark), nil
}
