package doctor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"power-interpreter/internal/docker"
	"power-interpreter/internal/runner"
	"power-interpreter/orchestrator"
)

const (
	// trialTime bounds a trial: a start takes a second, under gVisor and on a
	// cold disk half a minute.
	trialTime = 90 * time.Second
	trialCell = 30 * time.Second
	// sweepTime bounds the removal of the trial, and of what killed ones left.
	sweepTime = 60 * time.Second
	// staleAge is when a trial's folder is nobody's any more: no doctor lives
	// so long.
	staleAge = 10 * time.Minute

	trialSession = "doctor"
	trialFile    = "nonce"
)

// trial is one real sandbox on a folder of its own in the data folder. Its
// containers' label names that folder, so that no server takes it for its own.
type trial struct {
	engine *docker.Engine
	spec   orchestrator.Spec
	nonce  string
	result Sandbox
}

// trySandbox starts a sandbox with the configured hardening, runs 1+1 in it and
// removes it, however far it came.
func trySandbox(ctx context.Context, e *docker.Engine, f Facts, log *slog.Logger) Sandbox {
	base := f.Folder.base()
	sweepTrials(ctx, e, base)
	t := &trial{engine: e, nonce: rand.Text(), result: Sandbox{Tried: true, Doing: "make its folder"}}
	limited, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	err := t.prepare(base, f)
	if err == nil {
		err = t.run(limited)
	}
	if err != nil && !unseen(err) {
		t.result.Err = operatorsWords(err)
		log.Debug("the trial of a sandbox failed", "doing", t.result.Doing, "error", err, "cause", errors.Unwrap(err))
	}
	t.remove(ctx)
	return t.result
}

func (t *trial) prepare(base string, f Facts) error {
	dir, err := os.MkdirTemp(base, probePattern)
	if err != nil {
		return bare(err)
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // crypto/rand.Read never fails since Go 1.24
	t.spec = orchestrator.Spec{
		ID: hex.EncodeToString(id[:]), UID: probeUID, Folder: dir, Image: f.Config.Image, Runner: f.Image.Runner,
		Runtime: f.Config.Runtime, DataDir: dir, Limits: f.Config.Limits().Sandbox,
	}
	own := filepath.Join(dir, trialSession)
	return errors.Join(
		os.Chmod(dir, 0o711), // as the server's folders are: passed through, not listed
		os.Mkdir(own, 0o700),
		os.WriteFile(filepath.Join(own, trialFile), []byte(t.nonce), 0o600),
		os.Chown(filepath.Join(own, trialFile), probeUID, probeUID),
		os.Chown(own, probeUID, probeUID),
	)
}

func (t *trial) run(ctx context.Context) error {
	began := time.Now()
	t.result.Doing = "start"
	if err := t.engine.Start(ctx, t.spec); err != nil {
		return err
	}
	t.result.Doing = "be attached to"
	stream, err := t.engine.Attach(ctx, t.spec.ID)
	if err != nil {
		return err
	}
	t.result.Doing = "greet: the image's runner speaks another version, or did not start"
	kernel, err := runner.Dial(ctx, stream, nil)
	if err != nil {
		return err
	}
	defer kernel.Close()
	t.result.Start = time.Since(began)
	return t.calculate(ctx, kernel)
}

func (t *trial) calculate(ctx context.Context, kernel orchestrator.Kernel) error {
	t.result.Doing = "open a session"
	err := kernel.Open(ctx, orchestrator.Opening{Session: trialSession, OutputChars: 1000, Disk: t.spec.Limits.Disk})
	if err != nil {
		return err
	}
	t.result.Doing = "run 1+1"
	began := time.Now()
	var heard heard
	outcome, err := kernel.Run(ctx, orchestrator.Run{ID: "d0c70000", Op: orchestrator.OpCell, Timeout: trialCell,
		Code: "import os\nprint(open('" + trialFile + "').read() if os.path.exists('" + trialFile + "') else '')\n1+1"}, &heard)
	if err != nil {
		return err
	}
	t.result.Run = time.Since(began)
	t.result.Seen = strings.Contains(heard.String(), t.nonce)
	t.result.Value = strings.TrimSpace(outcome.Reply.Value)
	return nil
}

// heard keeps what a cell printed. The runner bounds it.
type heard struct{ strings.Builder }

func (h *heard) Output(o orchestrator.Output) { h.WriteString(o.Text + o.Live) }
func (h *heard) Chart(orchestrator.Chart)     {}

// remove takes back all that the trial made, also when ctx has ended.
func (t *trial) remove(ctx context.Context) {
	if t.spec.Folder == "" {
		return
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepTime)
	defer cancel()
	began := time.Now()
	if t.result.Left = t.engine.Remove(limited, t.spec.ID); t.result.Left == nil {
		t.result.Left = os.RemoveAll(t.spec.Folder)
	}
	t.result.Gone = time.Since(began)
}

// sweepTrials removes what doctors that were killed have left: their folders
// name their containers.
func sweepTrials(ctx context.Context, e *docker.Engine, base string) {
	limited, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	folders, _ := filepath.Glob(filepath.Join(base, probePattern)) // the pattern is a good one
	for _, dir := range folders {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < staleAge {
			continue
		}
		left, err := e.List(limited, dir)
		for _, s := range left {
			err = errors.Join(err, e.Remove(limited, s.ID))
		}
		if err == nil {
			_ = os.RemoveAll(dir) // the next doctor tries again
		}
	}
}

// unseen reports whether the engine looked for the trial's folder and found
// none: this process's paths are not the engine's. Only its words tell.
func unseen(err error) bool {
	cause := errors.Unwrap(err)
	return cause != nil && strings.Contains(cause.Error(), "bind source path does not exist")
}

// operatorsWords are a message without its code, and with its cause, which only
// operators may see.
func operatorsWords(err error) error {
	var e *orchestrator.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Err == nil {
		return errors.New(e.Message)
	}
	return fmt.Errorf("%s (%s)", e.Message, clip(e.Err.Error()))
}
