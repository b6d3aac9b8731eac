package orchestrator_test

import (
	"context"
	"strings"
	"testing"

	"power-interpreter/internal/fake"
	"power-interpreter/orchestrator"
)

// TestACallSaysThatItIsInLineBeforeItsTurn has a cell run for as long as the
// test likes, with each kind of call behind it.
func TestACallSaysThatItIsInLineBeforeItsTurn(t *testing.T) {
	goOn := make(chan struct{})
	r := scripted(t, func(k *fake.Kernel, run orchestrator.Run, sink orchestrator.Sink, stop <-chan struct{}) (orchestrator.Outcome, error) {
		if run.Code == "first" {
			<-goOn
			run.Code = "x"
		}
		return fake.Directives(k, run, sink, stop)
	})
	first, err := r.Submit(t.Context(), ref("a"), orchestrator.Cell{Code: "first"})
	if err != nil {
		t.Fatal(err)
	}
	type call func(context.Context) error
	calls := map[string]call{
		"Execute": func(ctx context.Context) error {
			_, err := r.Execute(ctx, ref("a"), orchestrator.Cell{Code: "x"}, nil)
			return err
		},
		"Submit": func(ctx context.Context) error {
			_, err := r.Submit(ctx, ref("a"), orchestrator.Cell{Code: "x"})
			return err
		},
		"Query": func(ctx context.Context) error {
			_, err := r.Query(ctx, ref("a"), orchestrator.Query{SQL: "x", Limit: 1})
			return err
		},
		"Create": func(ctx context.Context) error { _, err := r.Create(ctx, ref("a")); return err },
		"Upload": func(ctx context.Context) error {
			_, err := r.Upload(ctx, ref("a"), "x.csv", strings.NewReader("x"))
			return err
		},
	}
	ended := make(chan string, len(calls))
	for name, call := range calls {
		told := make(chan string, 10)
		go func() {
			_ = call(orchestrator.OnAdmitted(context.Background(), func(id string) { told <- id }))
			ended <- name
		}()
		if id := <-told; (len(id) == 8) != (name == "Execute" || name == "Submit") {
			t.Errorf("%s told the execution %q", name, id)
		}
	}
	if e, err := r.Job(t.Context(), "ann", first.ID); err != nil || e.Status.Ended() {
		t.Errorf("the first has ended: %+v, %v", e, err)
	}
	close(goOn)
	for range calls {
		<-ended
	}
}

func TestACallThatIsRefusedIsNeverInLine(t *testing.T) {
	r := newRig(t)
	ctx := orchestrator.OnAdmitted(t.Context(), func(string) { t.Error("told") })
	_, err := r.Execute(ctx, ref("a"), orchestrator.Cell{}, nil)
	wantCode(t, err, orchestrator.CodeInvalid)
	_, err = r.Create(ctx, ref("../a"))
	wantCode(t, err, orchestrator.CodeInvalid)
}
