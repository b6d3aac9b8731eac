package mcptool_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAPanicEndsOneCallAloneAndShowsNothing(t *testing.T) {
	var log bytes.Buffer
	svc := working()
	svc.OnExecute = func(context.Context, orchestrator.Ref, orchestrator.Cell, func(orchestrator.Output)) (orchestrator.Execution, error) {
		panic("secret: the value of a cell")
	}
	c := connect(t, svc, mcptool.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	res := callWith(t.Context(), t, c, "execute_code", map[string]any{"code": "secret"}, "token")
	if text := textOf(res); !res.IsError || !strings.HasPrefix(text, "internal: ") || strings.Contains(text, "secret") {
		t.Error(text)
	}
	if all := log.String(); !strings.Contains(all, "a tool panicked") || !strings.Contains(all, "robust_test.go") || strings.Contains(all, "secret") {
		t.Error(all)
	}
	if res := call(t, c, "list_files", nil); res.IsError {
		t.Error(textOf(res))
	}
}

func TestTheLogHasWhoWhatAndHowLongAndNoArguments(t *testing.T) {
	var log bytes.Buffer
	svc := working()
	svc.OnFetch = func(context.Context, orchestrator.Ref, string, string) (orchestrator.Artifact, error) {
		return orchestrator.Artifact{}, orchestrator.Errorf(orchestrator.CodeFetch, "secret.example answered 404")
	}
	c := connect(t, svc, mcptool.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, tool := range names {
		args := good(tool)
		for name := range args {
			switch name {
			case "code", "query", "content_base64", "filename", "dataset_name", "sheet_name":
				args[name] = "c2VjcmV0" // "secret" as base64
			case "url":
				args[name] = "https://secret.example/x.csv"
			}
		}
		log.Reset()
		call(t, c, tool, args)
		call(t, c, tool, with(tool, "secret", "secret"))
		all := log.String()
		if !strings.Contains(all, "tool="+tool) || !strings.Contains(all, "duration_ms=") || !strings.Contains(all, "session_id=analysis") ||
			!strings.Contains(all, "status=invalid_argument") || strings.Contains(all, "secret") || strings.Contains(all, "c2Vj") {
			t.Error(all)
		}
	}
}

func TestCallsMayOverlap(t *testing.T) {
	svc := working()
	c := connect(t, svc, mcptool.Options{})
	done := make(chan bool)
	for range 20 {
		go func() {
			for _, tool := range names {
				callWith(t.Context(), t, c, tool, good(tool), "token")
			}
			done <- true
		}()
	}
	for range 20 {
		<-done
	}
	if n := len(svc.Calls()); n != 20*len(names) {
		t.Errorf("%d calls", n)
	}
}
