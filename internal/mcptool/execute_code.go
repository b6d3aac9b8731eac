package mcptool

import (
	"context"
	"time"

	"power-interpreter/orchestrator"
)

type executeCodeArgs struct {
	code    string
	session string
	timeout time.Duration
}

func executeCode(told orchestrator.Settings) tool {
	return define(tool{
		name: "execute_code",
		about: "Run Python as a notebook cell in the session's kernel: variables, imports and files stay for the next call. " +
			"Answers with what it printed, the value of its last expression, every chart (matplotlib, seaborn, plotly) as an image, and the files it wrote. " +
			"No network: get data by fetch_from_url. Installed: pandas, numpy, scipy, scikit-learn, xgboost, lightgbm, statsmodels, matplotlib, seaborn, plotly, duckdb, openpyxl, pdfplumber and more; nothing can be added. " +
			"Files are in /app/sandbox_data/{session_id}/, the working directory. Work that takes longer: submit_job.",
		hints: hints{destructive: true},
	}, told, func(a *executeCodeArgs, _ orchestrator.Settings) []param {
		return []param{
			pythonCode(&a.code),
			sessionID(&a.session),
			seconds("Seconds it may run; then it is interrupted and variables stay.", &a.timeout, orchestrator.DefaultTimeout, orchestrator.MaxTimeout),
			ignored("sequence"),
		}
	}, runExecuteCode)
}

func runExecuteCode(ctx context.Context, c *call, a executeCodeArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	cell := orchestrator.Cell{Code: a.code, Timeout: a.timeout, Detach: c.patience}
	e, err := c.svc.Execute(ctx, ref, cell, c.progress.watch())
	if err != nil {
		return reply{}, err
	}
	return c.execution(e), nil
}
