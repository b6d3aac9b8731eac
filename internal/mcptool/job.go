package mcptool

import (
	"fmt"
	"time"

	"power-interpreter/orchestrator"
)

// jobAnswer is how a job stands.
type jobAnswer struct {
	JobID      string `json:"job_id"`
	Status     string `json:"status"`
	Elapsed    string `json:"elapsed"` // as "14.2s"
	SessionID  string `json:"session_id"`
	OutputTail string `json:"output_tail"`
	Error      string `json:"error,omitempty"` // the last line of what went wrong
	noticed
}

var jobSchema = structure(has("job_id", aString), has("status", aString), has("elapsed", aString),
	has("session_id", aString), has("output_tail", aString), maybe("error", aString))

// tailChars bounds the output that a look at a job shows: the last lines tell
// how it goes, and it is looked at often.
const tailChars = 2000

// job renders how an execution stands, after a remark.
func (c *call) job(e orchestrator.Execution, remark string) reply {
	c.session, c.id = e.Session.ID, e.ID
	output := e.Reply.Output + e.Reply.Tail
	if e.Reply.Cut > 0 {
		output = e.Reply.Tail
	}
	a := &jobAnswer{
		JobID: e.ID, Status: string(e.Status), Elapsed: elapsed(e.Elapsed(time.Now())), SessionID: e.Session.ID,
		OutputTail: last(output, tailChars), Error: clip(whatFailed(e, c.settings.Sandbox), tailChars),
	}
	words := fmt.Sprintf("Job %s in session %s: %s, %s.", a.JobID, a.SessionID, a.Status, a.Elapsed)
	if e.Status == orchestrator.StatusQueued {
		words = fmt.Sprintf("Job %s in session %s: queued; it runs when earlier calls on the session have ended.", a.JobID, a.SessionID)
	}
	tail := a.OutputTail
	if tail != "" {
		tail = "Last output:\n" + tail
	}
	return reply{text: paragraphs(remark, words, a.Error, tail, whatNext(e)), data: a}
}

// whatFailed says in a line or two why it did not complete, empty if it did.
func whatFailed(e orchestrator.Execution, limits orchestrator.SandboxLimits) string {
	if !e.Status.Ended() {
		return ""
	}
	if words := verdict(e, limits); words != "" {
		return words
	}
	if f := e.Reply.Failure; f != nil {
		return f.Name + ": " + f.Message
	}
	return ""
}

func whatNext(e orchestrator.Execution) string {
	if e.Status.Ended() {
		return "get_job_result has its whole reply."
	}
	return "Look again by get_job_status; get_job_result has its whole reply when it has ended; cancel_job stops it."
}
