package mcptool

import (
	"fmt"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/orchestrator"
)

// execution renders an execution: its whole reply once it has ended, what
// there is so far while it has not.
func (c *call) execution(e orchestrator.Execution) reply {
	c.session, c.id = e.Session.ID, e.ID
	if !e.Status.Ended() {
		return c.ongoing(e)
	}
	made, late := c.made(e), lateText(e.Reply.Late, c.settings.MaxOutputChars/8)
	r := reply{text: c.body(e, chars(made+late)), record: c.recordOf(e)}
	for _, chart := range e.Reply.Charts[:pictured(e.Reply.Charts)] {
		if len(chart.PNG) > 0 {
			r.blocks = append(r.blocks, image(chart.PNG, "image/png"))
		}
	}
	if made != "" {
		r.blocks = append(r.blocks, mcp.NewTextContent(made))
	}
	r.failed = e.Status != orchestrator.StatusCompleted
	if r.text == "" && len(r.blocks) == 0 {
		r.text = "(no output; completed in " + elapsed(e.Elapsed(time.Now())) + ")"
	}
	if late != "" {
		r.text = late + r.text
	}
	return r
}

// ongoing renders one that is queued or runs.
func (c *call) ongoing(e orchestrator.Execution) reply {
	state := fmt.Sprintf("runs, %s so far", elapsed(e.Elapsed(time.Now())))
	if e.Status == orchestrator.StatusQueued {
		state = "waits for earlier calls on the session to end"
	}
	next := "get_job_status and get_job_result look at it, cancel_job stops it. Other calls on the session wait for it"
	words := fmt.Sprintf("Job %s in session %s %s. %s.", e.ID, e.Session.ID, state, next)
	if e.Detached {
		words = fmt.Sprintf("Not done yet: the code goes on as job %s in session %s (it %s), and nothing is lost. %s.", e.ID, e.Session.ID, state, next)
	}
	so := excerptOf(e.Reply).fit(c.settings.MaxOutputChars-chars(words), 2, c.rest(e))
	if so != "" {
		so = "Output so far:\n" + so
	}
	return reply{text: paragraphs(words, so), record: c.recordOf(e)}
}

// body is the text of an ended execution: output, value, failure, verdict and
// limits met, beside used characters of other text. Output of which no file
// holds more stays whole, and what came of it has a tenth of the bound at
// least, so that a text may exceed the bound by a fifth. Where a file does,
// the output is what gives way.
func (c *call) body(e orchestrator.Execution, used int) string {
	most, output := c.settings.MaxOutputChars, excerptOf(e.Reply)
	end := verdict(e, c.settings.Sandbox)
	for _, name := range e.Reply.Hits {
		end = paragraphs(end, hit(name, c.settings.Sandbox))
	}
	left := most - used - chars(end) - len("\n\n\n\n") // between the parts
	least := most / 10
	if output.cut > 0 {
		least = left / 2
	}
	apart := max(left-chars(output.head+output.tail), least)
	failure := excerpt{head: failureText(e.Reply.Failure)}.fit(apart, 1, "it was longer than a reply may be")
	apart = max(apart-chars(failure), most/10)
	value := excerpt{head: e.Reply.Value}.fit(apart, 2, "print a part of it, or write it to a file")
	if left -= chars(failure) + chars(value); output.cut == 0 {
		left = most
	}
	return paragraphs(output.fit(left, 2, c.rest(e)), value, failure, end)
}

// lateText is what earlier calls' code wrote since, and where this call's own
// reply begins, in most characters about.
func lateText(late orchestrator.Output, most int) string {
	x := excerpt{head: late.Text, tail: late.Live, cut: late.Skipped}
	if text := x.fit(most, 2, "no more is kept of what is written between calls"); text != "" {
		return "Written after the last call had ended, by what its code left running:\n" + lined(text) + "This call:\n"
	}
	return ""
}

func excerptOf(r orchestrator.Reply) excerpt {
	return excerpt{head: r.Output, tail: r.Tail, cut: r.Cut}
}

// rest says where the whole output is.
func (c *call) rest(e orchestrator.Execution) string {
	switch {
	case e.Reply.OutputFile == "" && !e.Status.Ended():
		return "get_job_result names the file of the whole output when it has ended"
	case e.Reply.OutputFile == "":
		return "print less, or write it to a file"
	}
	file := inCode(e.Session.ID, e.Reply.OutputFile)
	if url := c.link(e.Session, e.Reply.OutputFile); url != "" {
		file += " (" + url + ")"
	}
	if e.Reply.OutputPartial {
		return "the first part of the output is in " + file
	}
	return "the whole output is in " + file
}
