package mcptool

import (
	"context"
	"fmt"

	"power-interpreter/orchestrator"
)

type datasetsAnswer struct {
	SessionID string          `json:"session_id"`
	Datasets  []datasetAnswer `json:"datasets"`
	Truncated bool            `json:"truncated"`
	Stale     bool            `json:"stale"` // the kernel is busy: as last known
	noticed
}

func listDatasets(told orchestrator.Settings) tool {
	return define(tool{
		name: "list_datasets",
		about: "Every DataFrame in the session's kernel: name, shape, columns and types. Never waits: " +
			"while code runs, as last known (stale).",
		hints:  hints{readOnly: true, idempotent: true},
		output: structure(has("session_id", aString), has("datasets", list(object(datasetFields...))), has("truncated", aBool), has("stale", aBool)),
	}, told, (*sessionArgs).params, runListDatasets)
}

// leastRoom is what each DataFrame's columns get of a list in characters.
const leastRoom = 200

func runListDatasets(ctx context.Context, c *call, a sessionArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	found, err := c.svc.Datasets(ctx, ref)
	if err != nil {
		return reply{}, err
	}
	room := c.settings.MaxOutputChars
	n := min(len(found.Items), max(room/leastRoom, 1))
	answer := &datasetsAnswer{SessionID: ref.ID, Datasets: []datasetAnswer{}, Truncated: n < len(found.Items), Stale: found.Stale}
	for _, d := range found.Items[:n] {
		answer.Datasets = append(answer.Datasets, datasetAnswerOf(d, room/n-leastRoom/2))
	}
	return reply{text: datasetsText(answer, len(found.Items)), data: answer}, nil
}

func datasetsText(a *datasetsAnswer, total int) string {
	words := plural(int64(total), "DataFrame") + " in session " + a.SessionID
	if total == 0 {
		words = "No DataFrames in session " + a.SessionID + "; load_dataset and execute_code make some"
	}
	switch {
	case a.Stale && total == 0:
		words = "The kernel of session " + a.SessionID + " is busy, and no DataFrame of it is known yet; ask again when its code has ended"
	case a.Stale:
		words += " (as last known: the kernel is busy)"
	}
	parts := []string{words}
	for _, d := range a.Datasets {
		parts = append(parts, d.shape(a.SessionID), "  "+d.columnText())
	}
	if left := total - len(a.Datasets); left > 0 {
		parts = append(parts, fmt.Sprintf("and %d more, not shown", left))
	}
	return paragraphs(parts...)
}
