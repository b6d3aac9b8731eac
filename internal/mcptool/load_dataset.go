package mcptool

import (
	"context"
	"path"
	"strings"

	"power-interpreter/orchestrator"
)

type loadDatasetArgs struct{ filename, name, session, sheet, delimiter string }

type loadAnswer struct {
	SessionID string `json:"session_id"`
	datasetAnswer
	Remarks []string `json:"remarks"` // what its reader should know
	Preview string   `json:"preview"`
	noticed
}

func loadDataset(told orchestrator.Settings) tool {
	return define(tool{
		name: "load_dataset",
		about: "Read a file of the session (xlsx xls csv tsv json jsonl parquet) into a pandas DataFrame, " +
			"a variable for execute_code and a table for query_dataset. Loading again replaces it. " +
			"Answers with shape, columns, types and first rows.",
		hints:  hints{destructive: true, idempotent: true},
		output: structure(append(append([]field{has("session_id", aString)}, datasetFields...), has("remarks", list(aString)), has("preview", aString))...),
	}, told, func(a *loadDatasetArgs, _ orchestrator.Settings) []param {
		return []param{
			text("filename", "Its name, or the path as in code.", &a.filename, maxShort, "").must().older("file_path"),
			text("dataset_name", "The variable's name.", &a.name, maxName, "").must(),
			sessionID(&a.session),
			optional("sheet_name", "Of a workbook; otherwise the first.", &a.sheet, maxShort),
			optional("delimiter", "", &a.delimiter, maxShort).unpublished(),
		}
	}, runLoadDataset)
}

func runLoadDataset(ctx context.Context, c *call, a loadDatasetArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	ctx, end := c.patient(ctx)
	defer end()
	load := orchestrator.Load{File: a.filename, Name: a.name, Sheet: a.sheet, Delimiter: delimiterFor(a)}
	d, err := c.svc.Load(ctx, ref, load)
	if err != nil {
		return reply{}, c.impatience(ctx, err, "loading", "pd.read_csv, pd.read_excel or pd.read_parquet")
	}
	answer := &loadAnswer{SessionID: ref.ID, datasetAnswer: datasetAnswerOf(d, c.settings.MaxOutputChars/4), Remarks: append([]string{}, d.Notes...)}
	answer.Preview = excerpt{head: d.Preview}.fit(c.settings.MaxOutputChars/2, 4, "look at more of it in execute_code")
	return reply{text: loadText(answer), data: answer}, nil
}

// delimiterFor drops a comma for a file that has no delimiters: older clients
// send one with every file.
func delimiterFor(a loadDatasetArgs) string {
	switch strings.ToLower(path.Ext(a.filename)) {
	case ".xlsx", ".xls", ".json", ".jsonl", ".parquet":
		return ""
	case ".tsv":
		if a.delimiter == "," {
			return ""
		}
	}
	return a.delimiter
}

func loadText(a *loadAnswer) string {
	parts := []string{"Loaded " + a.shape(a.SessionID), "Columns: " + a.columnText()}
	for _, note := range a.Remarks {
		parts = append(parts, "Note: "+note)
	}
	return paragraphs(append(parts, a.Preview)...)
}
