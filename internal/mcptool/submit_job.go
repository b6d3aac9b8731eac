package mcptool

import (
	"context"
	"time"

	"power-interpreter/orchestrator"
)

type submitJobArgs struct {
	code    string
	session string
	timeout time.Duration
}

func submitJob(told orchestrator.Settings) tool {
	return define(tool{
		name: "submit_job",
		about: "Run Python in the background, in the session's kernel, for work that takes longer than execute_code allows. " +
			"Answers at once with a job_id for get_job_status, get_job_result and cancel_job. " +
			"Later calls on the session wait for it, and then find its variables.",
		hints:  hints{destructive: true},
		output: jobSchema,
	}, told, func(a *submitJobArgs, told orchestrator.Settings) []param {
		most := told.JobTimeoutMax
		return []param{
			pythonCode(&a.code),
			sessionID(&a.session),
			seconds("Seconds it may run.", &a.timeout, min(orchestrator.DefaultJobTimeout, most), most),
			ignored("kwargs"),
		}
	}, runSubmitJob)
}

func runSubmitJob(ctx context.Context, c *call, a submitJobArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	e, err := c.svc.Submit(ctx, ref, orchestrator.Cell{Code: a.code, Timeout: a.timeout})
	if err != nil {
		return reply{}, err
	}
	return c.job(e, ""), nil
}
