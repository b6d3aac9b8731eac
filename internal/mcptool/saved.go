package mcptool

import (
	"fmt"
	"path"
	"strings"

	"power-interpreter/orchestrator"
)

// savedAnswer is a file that a call put into its session's folder.
type savedAnswer struct {
	SessionID string `json:"session_id"`
	Filename  string `json:"filename"` // as cleaned, relative to the folder
	fileRecord
	noticed
}

var savedSchema = structure(has("session_id", aString), has("filename", aString), has("path", aString),
	has("size", anInt), has("mime_type", aString), maybe("modified", aString), maybe("url", aString))

// saved renders a file under the name that it got; asked is the name it was
// to have, empty for any.
func (c *call) saved(ref orchestrator.Ref, f orchestrator.Artifact, asked string) reply {
	a := &savedAnswer{SessionID: ref.ID, Filename: f.Path, fileRecord: c.fileRecord(ref, f)}
	words := fmt.Sprintf("Saved %s (%s, %s). Use this path in code; load_dataset takes it too.", oneLine(a.Path), size(f.Size), f.MIME)
	plain := strings.TrimPrefix(strings.TrimPrefix(asked, orchestrator.DataFolder+"/"), ref.ID+"/")
	if asked != "" && path.Clean(plain) != f.Path {
		words += fmt.Sprintf(" The name was made from %s.", quote(clip(asked, maxEcho)))
	}
	return reply{text: words + c.linked(ref, f.Path), data: a}
}
