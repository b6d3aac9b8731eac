//go:build e2e

package docker_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"power-interpreter/orchestrator"
)

func TestAttachingAgainFindsBothDirectionsOpen(t *testing.T) {
	real := newReal(t, nil)
	spec := real.started(t)
	for turn := range 10 {
		talk := real.attach(t, spec.ID)
		word := "turn " + strconv.Itoa(turn)
		if answer := talk.ask(t, "echo "+word); answer != word {
			t.Fatalf("answer %q, want %q", answer, word)
		}
		if err := talk.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLineCutByALostConnectionIsJoinedByTheNext(t *testing.T) {
	real := newReal(t, nil)
	spec := real.started(t)
	first := real.attach(t, spec.ID)
	first.ask(t, "echo ready") // both ends are connected
	if _, err := io.WriteString(first, "echo ha"); err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	if answer := real.attach(t, spec.ID).ask(t, "lf"); answer != "half" {
		t.Errorf("answer %q: what was sent before the end did not arrive", answer)
	}
}

func TestFloodArrivesWhole(t *testing.T) {
	real := newReal(t, nil)
	spec := real.started(t)
	talk := real.attach(t, spec.ID)
	const lines = 20_000
	if _, err := io.WriteString(talk, "flood "+strconv.Itoa(lines)+"\n"); err != nil {
		t.Fatal(err)
	}
	for range lines {
		if line := talk.next(t); len(line) != 999 || strings.Trim(line, "x") != "" {
			t.Fatalf("a line of %d bytes: %.80q", len(line), line)
		}
	}
}

func TestRunnersStderrIsLoggedAsAFaultOrASizeOnly(t *testing.T) {
	var log bytes.Buffer
	real := newReal(t, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	spec := real.started(t)
	talk := real.attach(t, spec.ID)
	for _, line := range []string{"print(secret)", "supervisor: it broke"} {
		if answer := talk.ask(t, "stderr "+line); answer != "ok" {
			t.Fatalf("answer %q", answer)
		}
	}
	talk.ask(t, "echo end") // stderr comes by another pipe
	if text := log.String(); strings.Contains(text, "secret") || !strings.Contains(text, "it broke") {
		t.Error(text)
	}
}

func TestStreamEndsWithTheSandbox(t *testing.T) {
	real := newReal(t, nil)
	spec := real.started(t)
	talk := real.attach(t, spec.ID)
	if _, err := io.WriteString(talk, "exit 3\n"); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(bufio.NewReader(talk)); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	_, err := real.Attach(t.Context(), spec.ID)
	wantError(t, err, orchestrator.CodeUnavailable, "not running any more")
}

func TestAttachToNoSandboxIsUnavailable(t *testing.T) {
	_, err := newReal(t, nil).Attach(t.Context(), id)
	wantError(t, err, orchestrator.CodeUnavailable, "could not attach")
}
