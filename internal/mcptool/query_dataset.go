package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

type queryDatasetArgs struct {
	sql, session  string
	limit, offset int
}

type queryAnswer struct {
	SessionID string                `json:"session_id"`
	Columns   []orchestrator.Column `json:"columns"`
	Rows      [][]any               `json:"rows"`
	Returned  int                   `json:"returned"`
	Offset    int                   `json:"offset"`
	Total     int64                 `json:"total_rows"` // -1 when not known
	Truncated bool                  `json:"truncated"`
	File      string                `json:"file,omitempty"` // the whole result, Parquet
	FileURL   string                `json:"file_url,omitempty"`
	Written   []string              `json:"written,omitempty"` // by the statement itself, as COPY does
	Remarks   []string              `json:"remarks,omitempty"` // what its reader should know
	noticed
}

func queryDataset(told orchestrator.Settings) tool {
	return define(tool{
		name: "query_dataset",
		about: "DuckDB SQL over the session's DataFrames, loaded or made in code, by variable name (FROM df), " +
			"and over its files (FROM 'sales.csv'). Answers with rows, and how many there are in all.",
		hints: hints{destructive: true}, // COPY and CREATE write
		output: structure(has("session_id", aString), has("columns", columnsSchema), has("rows", list(list(anything))),
			has("returned", anInt), has("offset", anInt), has("total_rows", anInt), has("truncated", aBool), maybe("file", aString), maybe("file_url", aString),
			maybe("written", list(aString)), maybe("remarks", list(aString))),
	}, told, func(a *queryDatasetArgs, _ orchestrator.Settings) []param {
		return []param{
			text("query", "SQL.", &a.sql, maxSQL, "load the data as a file and join it").must().older("sql"),
			sessionID(&a.session),
			whole("limit", "Rows at most.", &a.limit, orchestrator.DefaultRows, 1, orchestrator.MaxRows),
			whole("offset", "Rows to skip.", &a.offset, 0, 0, 0),
		}
	}, runQueryDataset)
}

func runQueryDataset(ctx context.Context, c *call, a queryDatasetArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	ctx, end := c.patient(ctx)
	defer end()
	t, err := c.svc.Query(ctx, ref, orchestrator.Query{SQL: a.sql, Limit: a.limit, Offset: a.offset})
	if err != nil {
		return reply{}, c.impatience(ctx, err, "the query", "duckdb.sql(...).df()")
	}
	return c.rows(ref, t, a.offset), nil
}
