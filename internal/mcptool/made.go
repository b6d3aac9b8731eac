package mcptool

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// made lists what an execution did to the session's folder: the full-size
// charts, then the other files, then what is gone. It is a third of a reply at
// most.
func (c *call) made(e orchestrator.Execution) string {
	shown := map[string]bool{e.Reply.OutputFile: true} // the cut names it
	var charts, files, deleted []string
	pictures := pictured(e.Reply.Charts)
	for i, chart := range e.Reply.Charts {
		shown[chart.File] = true
		line := c.chartLine(e.Session, i+1, chart)
		if i >= pictures {
			line += " (not shown, for the reply's size: fetch_file shows it)"
		}
		charts = append(charts, line)
	}
	for _, f := range e.Reply.Files {
		if !shown[f.Path] {
			files = append(files, c.fileLine(e.Session, f))
		}
	}
	for _, name := range e.Reply.Deleted {
		deleted = append(deleted, oneLine(inCode(e.Session.ID, name)))
	}
	room := c.settings.MaxOutputChars / 8
	return paragraphs(
		listing("Charts, full size:", charts, e.Reply.MoreCharts, room, listed),
		listing("Files written:", files, e.Reply.MoreFiles, room, listed),
		listing("Files deleted:", deleted, e.Reply.MoreDeleted, room/2, ""),
		unsure(e.Reply.FilesUnsure))
}

// listed is where files are that a reply does not name.
const listed = " (list_files shows them)"

func unsure(more bool) string {
	if !more {
		return ""
	}
	return "More files were changed than could be followed; list_files shows what is there."
}

// fileLine tells of a file that was written or renamed, or of a folder renamed.
func (c *call) fileLine(ref orchestrator.Ref, f orchestrator.Artifact) string {
	line := oneLine(inCode(ref.ID, f.Path))
	if !isFolder(f.Path) {
		line += " (" + brief(f.Size) + ")"
	}
	if f.From != "" {
		line += ", renamed from " + oneLine(inCode(ref.ID, f.From))
	}
	return line + c.linked(ref, f.Path)
}

// maxPictures bounds the pictures of one reply in bytes: as base64, with the
// text, they stay below the 1 MiB that the official Python client (2.x) takes
// of one event before it gives the whole connection up.
const maxPictures = 700 << 10

// pictured is how many of the charts, from the first, are shown in the reply.
func pictured(charts []orchestrator.Chart) int {
	return fitting(len(charts), maxPictures, func(i int) int { return len(charts[i].PNG) })
}

func (c *call) chartLine(ref orchestrator.Ref, n int, chart orchestrator.Chart) string {
	line := fmt.Sprintf("%d. ", n)
	if chart.File != "" {
		line += oneLine(inCode(ref.ID, chart.File)) + c.linked(ref, chart.File)
	}
	if chart.Alt != "" {
		line += " " + quote(clip(chart.Alt, 2*maxEcho))
	}
	if len(chart.PNG) == 0 {
		line += " (not shown: no small enough picture could be made of it)"
	}
	return line
}

// linked is a file's link to append to a line, where there is one.
func (c *call) linked(ref orchestrator.Ref, file string) string {
	if url := c.link(ref, file); url != "" && !isFolder(file) {
		return " " + url
	}
	return ""
}

// listing writes lines under a heading as far as room characters go, and
// counts those that follow, saying where they are. It is empty for none.
func listing(heading string, lines []string, more, room int, where string) string {
	if len(lines) == 0 && more == 0 {
		return ""
	}
	n := fitting(len(lines), room, func(i int) int { return chars(lines[i]) + 1 })
	text := heading
	if n > 0 {
		text += "\n" + strings.Join(lines[:n], "\n")
	}
	if more += len(lines) - n; more > 0 {
		text += "\nand " + humanize.Comma(int64(more)) + " more" + where
	}
	return text
}

// fitting counts the first of n things whose sizes go into room; at least one.
func fitting(n, room int, size func(i int) int) int {
	for i := range n {
		if room -= size(i); room < 0 {
			return max(i, 1)
		}
	}
	return n
}
