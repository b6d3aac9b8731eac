package runner

import (
	"bytes"
	"encoding/binary"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// Bounds on text that a runner sends in a result.
const (
	maxText  = 1 << 20 // bytes of a value, a traceback
	maxShort = 8 << 10 // bytes of a name, a message, a hint
	maxPath  = 4 << 10 // bytes, PATH_MAX
	maxHits  = 8
)

// statuses maps a result's status to the execution's. Any other is a broken runner.
var statuses = map[wire.Status]orchestrator.Status{
	wire.StatusOK:        orchestrator.StatusCompleted,
	wire.StatusError:     orchestrator.StatusFailed,
	wire.StatusDied:      orchestrator.StatusFailed,
	wire.StatusTimeout:   orchestrator.StatusTimeout,
	wire.StatusCancelled: orchestrator.StatusCancelled,
}

// outcome converts the result of op, or says that the runner is broken.
func outcome(op orchestrator.Op, r wire.Result) (orchestrator.Outcome, error) {
	status, known := statuses[r.Status]
	o := orchestrator.Outcome{Status: status, Reply: reply(r)}
	if !known || status == orchestrator.StatusCompleted && answer(op, r.Data, &o) != nil {
		return o, orchestrator.Errorf(orchestrator.CodeKernel,
			"the sandbox broke its protocol and was removed; its variables are lost, its files are kept: run the code again")
	}
	return o, nil
}

func reply(r wire.Result) orchestrator.Reply {
	files := r.Files[:min(len(r.Files), wire.MaxFiles)]
	deleted := r.Deleted[:min(len(r.Deleted), wire.MaxFiles)]
	out := orchestrator.Reply{
		Tail: cut(r.Output.Tail, maxText), Cut: max(r.Output.CutChars, 0),
		OutputFile: cut(r.Output.File, maxPath), OutputPartial: r.Output.Partial,
		Value: cut(r.Value, maxText), Death: death(r.Death), Failure: failure(r.Error),
		MoreFiles:   max(r.MoreFiles, 0) + len(r.Files) - len(files),
		MoreDeleted: max(r.MoreDeleted, 0) + len(r.Deleted) - len(deleted),
		FilesUnsure: r.FilesUnsure,
		MoreCharts:  max(r.MoreCharts, 0),
	}
	for _, f := range files {
		out.Files = append(out.Files, orchestrator.Artifact{Path: cut(f.Path, maxPath), Size: f.Size, From: cut(f.From, maxPath)})
	}
	for _, name := range deleted {
		out.Deleted = append(out.Deleted, cut(name, maxPath))
	}
	for _, hit := range r.Hits[:min(len(r.Hits), maxHits)] {
		out.Hits = append(out.Hits, cut(hit, maxShort))
	}
	return out
}

func failure(f *wire.Failure) *orchestrator.Failure {
	if f == nil {
		return nil
	}
	return &orchestrator.Failure{
		Name: cut(f.Name, maxShort), Message: cut(f.Message, maxText),
		Traceback: cut(f.Traceback, maxText), Hint: cut(f.Hint, maxShort),
	}
}

func death(d *wire.Death) *orchestrator.Death {
	if d == nil {
		return nil
	}
	return &orchestrator.Death{
		Cause: orchestrator.Cause(cut(string(d.Cause), maxShort)), Signal: cut(d.Signal, maxShort),
		ExitCode: d.ExitCode, Limit: d.Limit, Peak: d.Peak,
	}
}

// chart keeps a picture only if it is what it must be, by its header alone:
// nothing from a sandbox is decoded here.
func chart(d wire.Display) orchestrator.Chart {
	c := orchestrator.Chart{File: cut(d.File, maxPath), Alt: cut(d.Alt, maxShort)}
	width, height, ok := pngSize(d.PNG)
	if ok && len(d.PNG) <= wire.MaxImage && max(width, height) <= wire.MaxImageEdge {
		c.PNG, c.Width, c.Height = d.PNG, width, height
	}
	return c
}

// pngSize reads the dimensions from the header (PNG specification, 5.2 and
// 11.2.1: the signature, then IHDR with width and height).
func pngSize(p []byte) (width, height int, ok bool) {
	const header = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	if len(p) < len(header)+8 || !bytes.HasPrefix(p, []byte(header)) {
		return 0, 0, false
	}
	w := binary.BigEndian.Uint32(p[len(header):])
	h := binary.BigEndian.Uint32(p[len(header)+4:])
	const most = 1 << 20
	return int(w), int(h), w > 0 && h > 0 && w < most && h < most
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
