package program_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/program"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is more than any stop here needs on a machine with much to do.
const patience = 30 * time.Second

// start runs a shell script as the server.
func start(t *testing.T, ctx context.Context, script string) (*program.Program, error) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return program.Start(ctx, program.Config{Path: "/bin/sh", Args: []string{"-c", script}, Env: os.Environ(), Log: log})
}

// serving announces an address and then waits for what the rest says.
const serving = `echo starting; echo "listening on http://127.0.0.1:4321/mcp"; `

func TestAServerIsReadyWhenItSaysWhereItListensAndEndsOnTERM(t *testing.T) {
	p, err := start(t, t.Context(), `trap 'exit 0' TERM; `+serving+`while :; do sleep 0.05; done`)
	if err != nil {
		t.Fatal(err)
	}
	if p.Endpoint != "http://127.0.0.1:4321/mcp" {
		t.Errorf("endpoint %q", p.Endpoint)
	}
	if err := p.Stop(patience); err != nil {
		t.Error(err)
	}
}

func TestAServerThatCannotStartIsReportedWithItsLastWords(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"fails":           {`echo "no engine answers" >&2; exit 3`, "no engine answers"},
		"ends quietly":    {`exit 0`, "exit status 0"},
		"listens nowhere": {`echo "listening on what is no address"; exec sleep 60`, "no URL"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := start(t, t.Context(), tt.script)
			if p != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want an error with %q", p, err, tt.want)
			}
		})
	}
}

func TestOnlyTheEndOfALongLogIsTold(t *testing.T) {
	_, err := start(t, t.Context(), `i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done >&2; exit 1`)
	if err == nil || !strings.Contains(err.Error(), "line 1999") || len(err.Error()) > 5<<10 {
		t.Errorf("%d bytes: %.200v", len(err.Error()), err)
	}
}

func TestAStopThatIsNoOrderlyEndIsAnError(t *testing.T) {
	p, err := start(t, t.Context(), `trap 'echo "could not tidy up" >&2; exit 4' TERM; `+serving+`while :; do sleep 0.05; done`)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(patience); err == nil || !strings.Contains(err.Error(), "status 4") || !strings.Contains(err.Error(), "could not tidy up") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatIgnoresTERMIsKilledWithWhatItStarted(t *testing.T) {
	p, err := start(t, t.Context(), `trap '' TERM; `+serving+`while :; do sleep 60; done`)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(time.Millisecond); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v", err)
	}
}

func TestAWaitForTheServerEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := start(t, ctx, `exec sleep 60`); err == nil {
		t.Error("no error")
	}
}

func TestALineWithoutEndIsNoTrouble(t *testing.T) {
	p, err := start(t, t.Context(), serving+`head -c 300000 /dev/zero; trap 'exit 0' TERM; while :; do sleep 0.05; done`)
	if err != nil {
		t.Fatal(err)
	}
	_ = p.Stop(patience) // TERM may come before the trap is set
}
