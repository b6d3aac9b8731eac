package orchestrator_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is an orchestrator on a fake engine and a real folder.
type rig struct {
	t      *testing.T
	dir    string
	engine *fake.Engine
	store  *fake.Store
	files  *workspace.Root
	limits orchestrator.Limits
	*orchestrator.Orchestrator
}

func newRig(t *testing.T, change ...func(*orchestrator.Limits)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), engine: fake.NewEngine(), store: fake.NewStore(), limits: orchestrator.Limits{
		MaxSessions: 3, IdleTimeout: time.Hour, JobTimeoutMax: time.Hour, MaxOutputChars: 1000,
		Retention: 24 * time.Hour, MaxUpload: 1 << 20, Sandbox: orchestrator.SandboxLimits{Disk: 1 << 30},
	}}
	for _, f := range change {
		f(&r.limits)
	}
	r.start()
	t.Cleanup(r.destroy)
	return r
}

// start opens the folder and starts an orchestrator on what the engine has.
func (r *rig) start() {
	r.t.Helper()
	files, err := workspace.Open(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.files = files
	r.Orchestrator = orchestrator.New(orchestrator.Config{
		Limits: r.limits, Image: "image", Engine: r.engine, Dial: fake.Dial, Workspace: files, Store: r.store,
		Fetcher: fetcher{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err := r.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) stop() {
	if r.files == nil {
		return
	}
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
	if err := r.files.Close(); err != nil {
		r.t.Error(err)
	}
	r.files = nil
}

// destroy stops the orchestrator and then the world.
func (r *rig) destroy() {
	r.stop()
	r.engine.Destroy()
}

// restart closes the orchestrator and starts another on the same world.
func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

func ref(id string) orchestrator.Ref { return orchestrator.Ref{Owner: "ann", ID: id} }

// run executes code in the session and returns its end.
func (r *rig) run(id, code string) orchestrator.Execution {
	r.t.Helper()
	e, err := r.Execute(r.t.Context(), ref(id), orchestrator.Cell{Code: code}, nil)
	if err != nil {
		r.t.Fatalf("%s in %s: %v", code, id, err)
	}
	return e
}

// job submits code and waits until it runs.
func (r *rig) job(id, code string) orchestrator.Execution {
	r.t.Helper()
	e, err := r.Submit(r.t.Context(), ref(id), orchestrator.Cell{Code: code})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.until(e.ID, func(e orchestrator.Execution) bool {
		return e.Status == orchestrator.StatusRunning && e.Reply.Output != ""
	})
}

// until polls a job until it is as wanted; it gives up with the test's deadline.
func (r *rig) until(id string, wanted func(orchestrator.Execution) bool) orchestrator.Execution {
	r.t.Helper()
	for range 5000 {
		e, err := r.Job(context.Background(), "ann", id)
		if err != nil {
			r.t.Fatal(err)
		}
		if wanted(e) {
			return e
		}
		time.Sleep(time.Millisecond)
	}
	r.t.Fatalf("job %s never became as wanted", id)
	return orchestrator.Execution{}
}

func ended(e orchestrator.Execution) bool { return e.Status.Ended() }

func wantCode(t *testing.T, err error, code orchestrator.Code, words ...string) {
	t.Helper()
	if err == nil || orchestrator.AsError(err).Code != code {
		t.Fatalf("got %v, want an error of code %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

// fetcher answers every URL with itself.
type fetcher struct{}

func (fetcher) Fetch(_ context.Context, url, name string) (orchestrator.Download, error) {
	return orchestrator.Download{Name: name, Body: io.NopCloser(strings.NewReader(url))}, nil
}
