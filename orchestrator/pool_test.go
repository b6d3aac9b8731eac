package orchestrator_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

// slowEngine starts no sandbox until it is given up.
type slowEngine struct {
	*fake.Engine
	asked chan struct{}
}

func (e slowEngine) Start(ctx context.Context, _ orchestrator.Spec) error {
	close(e.asked)
	<-ctx.Done()
	return ctx.Err()
}

func TestASpareThatTheEndGivesUpIsNoWarning(t *testing.T) {
	files, err := workspace.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var log bytes.Buffer
	engine := slowEngine{fake.NewEngine(), make(chan struct{})}
	o := orchestrator.New(orchestrator.Config{
		Limits: orchestrator.Limits{MaxSessions: 3, WarmSandboxes: 1}, Image: "image", Engine: engine, Dial: fake.Dial,
		Workspace: files, Store: fake.NewStore(), Fetcher: fetcher{}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err := o.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-engine.asked
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if log.Len() > 0 {
		t.Error(log.String())
	}
}
