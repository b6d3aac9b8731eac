package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"power-interpreter/internal/bench"
	"power-interpreter/internal/bench/rows"
)

// reports is where a benchmark's reports are written, from the top of the
// repository.
const reports = ".cache/bench"

type benchCommand struct {
	Run     benchRun     `cmd:"" default:"withargs" help:"Measure this program: each figure beside its floor, and the same work on Jupyter Kernel Gateway (the default)."`
	Compare benchCompare `cmd:"" help:"Compare two reports that a run has written."`
}

type benchRun struct {
	Only     []string `placeholder:"ROW" help:"Measure only these rows, by the beginning of their ids."`
	Repeat   int      `default:"3" help:"Repetitions, of which the medians count."`
	JSON     string   `name:"json" placeholder:"FILE" help:"Where to write the report; a new file in .cache/bench by default."`
	NoPeer   bool     `help:"Leave the gateway out."`
	Sessions int      `placeholder:"N" help:"Also fill a server with N sessions, quarter by quarter; 40 take minutes, and 14 GB."`
}

// Run measures. What was measured is shown and written even if it ends early.
func (c benchRun) Run(ctx context.Context) error {
	if c.Repeat < 1 {
		return errors.New("--repeat must be at least 1")
	}
	if c.Sessions < 0 {
		return errors.New("--sessions must not be below 0")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := rows.Run(ctx, rows.Options{
		Program: self, Version: version, Only: c.Only, Repeat: c.Repeat, Peer: !c.NoPeer, Sessions: c.Sessions, Progress: os.Stderr,
	})
	if len(report.Rows) == 0 {
		return err
	}
	path := c.JSON
	if path == "" {
		path = filepath.Join(reports, time.Now().UTC().Format("20060102-150405")+".json")
	}
	err = errors.Join(err, report.Write(path), report.Table(os.Stdout))
	fmt.Fprintf(os.Stderr, "\nwritten to %s\n", path)
	return err
}

type benchCompare struct {
	Before string `arg:"" type:"existingfile" help:"Report of the earlier run."`
	After  string `arg:"" type:"existingfile" help:"Report of the later run."`
}

// Run shows how the later report stands to the earlier one.
func (c benchCompare) Run() error {
	before, err := bench.Read(c.Before)
	if err != nil {
		return err
	}
	after, err := bench.Read(c.After)
	if err != nil {
		return err
	}
	return bench.Compare(os.Stdout, before, after)
}
