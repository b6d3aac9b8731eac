package mcptool

import (
	"time"

	"power-interpreter/orchestrator"
)

// metaKey is where a reply's machine-readable record lies in its _meta.
const metaKey = "power-interpreter/execution"

// maxRecorded bounds the files and charts that a record names: it is to stay small.
const maxRecorded = 50

// record is what a program may want to know of a reply made of blocks.
type record struct {
	ID         string       `json:"id,omitempty"`
	JobID      string       `json:"job_id,omitempty"` // set when it is a job
	SessionID  string       `json:"session_id"`
	Status     string       `json:"status"`
	DurationMS int64        `json:"duration_ms"`
	Charts     []string     `json:"charts"`
	Files      []fileRecord `json:"files"`
	Deleted    []string     `json:"deleted,omitempty"` // a folder's path ends in a slash
}

// fileRecord is a file as programs see it; Path is the one to use in code.
type fileRecord struct {
	Path     string `json:"path"`
	Size     int64  `json:"size"`
	MIME     string `json:"mime_type"`
	Modified string `json:"modified,omitempty"`     // RFC 3339
	From     string `json:"renamed_from,omitempty"` // its path before
	URL      string `json:"url,omitempty"`
}

// recordOf sums an execution up.
func (c *call) recordOf(e orchestrator.Execution) *record {
	r := &record{
		ID: e.ID, SessionID: e.Session.ID, Status: string(e.Status),
		DurationMS: e.Elapsed(time.Now()).Milliseconds(),
		Charts:     []string{}, Files: []fileRecord{},
	}
	if e.Job {
		r.JobID = e.ID
	}
	for _, chart := range e.Reply.Charts[:min(len(e.Reply.Charts), maxRecorded)] {
		r.Charts = append(r.Charts, inCode(e.Session.ID, chart.File))
	}
	for _, f := range e.Reply.Files[:min(len(e.Reply.Files), maxRecorded)] {
		r.Files = append(r.Files, c.fileRecord(e.Session, f))
	}
	for _, name := range e.Reply.Deleted[:min(len(e.Reply.Deleted), maxRecorded/2)] {
		r.Deleted = append(r.Deleted, inCode(e.Session.ID, name))
	}
	return r
}

func (c *call) fileRecord(ref orchestrator.Ref, f orchestrator.Artifact) fileRecord {
	r := fileRecord{Path: inCode(ref.ID, f.Path), Size: f.Size, MIME: f.MIME}
	if !isFolder(f.Path) {
		r.URL = c.link(ref, f.Path)
	}
	if f.From != "" {
		r.From = inCode(ref.ID, f.From)
	}
	if !f.Modified.IsZero() {
		r.Modified = f.Modified.UTC().Format(time.RFC3339)
	}
	return r
}
