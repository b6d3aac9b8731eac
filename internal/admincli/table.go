package admincli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// nothing stands where a figure is not known, or there is none.
const nothing = "-"

// columns are the table's, by what they show of a session.
var columns = []struct {
	head string
	of   func(orchestrator.Inspection) string
}{
	{"ID", func(s orchestrator.Inspection) string { return s.ID }},
	{"OWNER", func(s orchestrator.Inspection) string { return s.Owner }},
	{"SESSION", func(s orchestrator.Inspection) string { return s.SessionID }},
	{"STATE", state},
	{"RUNNING", running},
	{"WAITING", func(s orchestrator.Inspection) string { return fmt.Sprint(s.Queued) }},
	{"MEMORY", func(s orchestrator.Inspection) string { return bytes(s.Memory.Now) }},
	{"PEAK", func(s orchestrator.Inspection) string { return bytes(s.Memory.Peak) }},
	{"CORES", func(s orchestrator.Inspection) string { return decimals(s.CPU.Cores, 2) }},
	{"CPU s", func(s orchestrator.Inspection) string { return decimals(s.CPU.Seconds, 1) }},
	{"DISK", func(s orchestrator.Inspection) string { return bytes(s.Disk.Bytes) }},
	{"FILES", func(s orchestrator.Inspection) string { return count(s.Disk.Files) }},
	{"RUNS", func(s orchestrator.Inspection) string { return fmt.Sprint(s.Executions.Ended) }},
	{"IDLE", idle},
	{"LAST DEATH", death},
}

// Show writes all sessions as a table, what is not known of one below it, and
// the totals.
func Show(to io.Writer, all orchestrator.Overview) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	var line []string
	for _, c := range columns {
		line = append(line, c.head)
	}
	fmt.Fprintln(table, strings.Join(line, "\t"))
	for _, s := range all.Sessions {
		line = line[:0]
		for _, c := range columns {
			line = append(line, printable(c.of(s)))
		}
		fmt.Fprintln(table, strings.Join(line, "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, s := range all.Sessions {
		for _, why := range s.Unknown {
			fmt.Fprintf(to, "%s: %s\n", s.ID, printable(why))
		}
	}
	t := all.Totals
	_, err := fmt.Fprintf(to, "%d sessions, %d busy; %d of %d places held; %d of %d spares ready\n",
		t.Sessions, t.States[orchestrator.StateBusy], t.Held, t.Places, t.Spares, t.SparesKept)
	return err
}

func state(s orchestrator.Inspection) string {
	if s.Sandbox != nil && s.Sandbox.State != "running" {
		return string(s.State) + "/" + s.Sandbox.State
	}
	return string(s.State)
}

func running(s orchestrator.Inspection) string {
	if s.Running == nil {
		return nothing
	}
	return fmt.Sprintf("%s %s %s", s.Running.ID, s.Running.Op, span(s.Running.Seconds))
}

func idle(s orchestrator.Inspection) string {
	if s.Running != nil {
		return nothing
	}
	return span(s.Idle)
}

func death(s orchestrator.Inspection) string {
	if s.LastDeath == nil {
		return nothing
	}
	return fmt.Sprintf("%s %s", s.LastDeath.Cause, s.LastDeath.At.Local().Format(time.DateTime))
}

func span(seconds float64) string {
	return (time.Duration(seconds) * time.Second).String()
}

func bytes(n *int64) string {
	if n == nil {
		return nothing
	}
	return humanize.IBytes(uint64(max(*n, 0)))
}

func count(n *int64) string {
	if n == nil {
		return nothing
	}
	return fmt.Sprint(*n)
}

func decimals(n *float64, digits int) string {
	if n == nil {
		return nothing
	}
	return fmt.Sprintf("%.*f", digits, *n)
}

// printable keeps a terminal from being told anything but text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
