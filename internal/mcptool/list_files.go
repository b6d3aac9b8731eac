package mcptool

import (
	"context"
	"fmt"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

type sessionArgs struct{ session string }

func (a *sessionArgs) params(orchestrator.Settings) []param { return []param{sessionID(&a.session)} }

type filesAnswer struct {
	SessionID string       `json:"session_id"`
	Folder    string       `json:"folder"`
	Files     []fileRecord `json:"files"`
	Truncated bool         `json:"truncated"`
	noticed
}

func listFiles(told orchestrator.Settings) tool {
	return define(tool{
		name:  "list_files",
		about: "The session's files, the newest first: path to use in code, size, MIME type, modified time.",
		hints: hints{readOnly: true, idempotent: true},
		output: structure(has("session_id", aString), has("folder", aString),
			has("files", list(object(has("path", aString), has("size", anInt), has("mime_type", aString), maybe("modified", aString), maybe("url", aString)))),
			has("truncated", aBool)),
	}, told, (*sessionArgs).params, runListFiles)
}

func runListFiles(ctx context.Context, c *call, a sessionArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	found, err := c.svc.Files(ctx, ref)
	if err != nil {
		return reply{}, err
	}
	answer := &filesAnswer{SessionID: ref.ID, Folder: inCode(ref.ID, ""), Files: []fileRecord{}}
	rows := [][]string{{"path", "size", "type", "modified (UTC)", ""}}
	for _, f := range found.Files {
		r := c.fileRecord(ref, f)
		answer.Files = append(answer.Files, r)
		rows = append(rows, []string{oneLine(r.Path), brief(r.Size), r.MIME, r.Modified, r.URL})
	}
	if len(found.Files) == 0 {
		return reply{text: fmt.Sprintf("Session %s has no files. Its folder in code is %s; fetch_from_url and upload_file put files there.",
			ref.ID, answer.Folder), data: answer}, nil
	}
	g := newGrid(rows, map[int]bool{1: true})
	n := g.fitting(c.settings.MaxOutputChars)
	answer.Files, answer.Truncated = answer.Files[:n], found.Truncated || n < len(found.Files)
	return reply{text: filesText(answer, g.text(n), len(found.Files)-n, found.Truncated), data: answer}, nil
}

func filesText(a *filesAnswer, table string, left int, more bool) string {
	text := fmt.Sprintf("%s in %s\n%s", plural(int64(len(a.Files)), "file"), a.Folder, table)
	if a.Truncated {
		words := humanize.Comma(int64(left))
		if more {
			words += " or more"
		}
		text += fmt.Sprintf("\nand %s older ones; os.walk in execute_code lists all", words)
	}
	return text
}
