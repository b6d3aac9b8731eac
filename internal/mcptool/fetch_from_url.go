package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

type fetchFromURLArgs struct{ url, filename, session string }

func fetchFromURL(told orchestrator.Settings) tool {
	return define(tool{
		name: "fetch_from_url",
		about: "Download a file (xlsx xls csv tsv json jsonl parquet pdf txt png jpg zip db sqlite) into the session's folder; " +
			"the sandbox has no network of its own. Answers with the path to use in code.",
		hints:  hints{destructive: true, idempotent: true, openWorld: true},
		output: savedSchema,
	}, told, func(a *fetchFromURLArgs, _ orchestrator.Settings) []param {
		return []param{
			text("url", "http or https.", &a.url, maxURL, "").must(),
			optional("filename", "Name to save it under; otherwise the URL's or the server's.", &a.filename, maxShort),
			sessionID(&a.session),
		}
	}, runFetchFromURL)
}

func runFetchFromURL(ctx context.Context, c *call, a fetchFromURLArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	f, err := c.svc.Fetch(ctx, ref, a.url, a.filename)
	if err != nil {
		return reply{}, err
	}
	return c.saved(ref, f, a.filename), nil
}
