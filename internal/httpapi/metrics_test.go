package httpapi_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/httpapi"
	"power-interpreter/orchestrator"
)

var update = flag.Bool("update", false, "write the golden files anew")

// told are figures with something in each.
func told() orchestrator.Figures {
	h := orchestrator.Histogram{Bounds: []float64{1, 10}, Counts: []uint64{1, 2, 3}, Sum: 60}
	return orchestrator.Figures{
		Totals: orchestrator.Totals{
			States: map[orchestrator.State]int{orchestrator.StateBusy: 1, orchestrator.StateIdle: 2}, Places: 6, Held: 3, Spares: 1, SparesKept: 2,
		},
		Queued: 4, Runs: []orchestrator.RunFigures{{Op: orchestrator.OpCell, Status: orchestrator.StatusCompleted, Seconds: h}},
		Waits: h, Starts: h, StartsFailed: 5, Deaths: map[orchestrator.Cause]int64{orchestrator.CauseOOM: 7},
		Fetched: 8, Uploaded: 9, Cut: 10, StoreFailed: 11,
	}
}

func metrics(err error) *httpapi.Metrics {
	service := &fake.Service{OnFigures: func(context.Context) (orchestrator.Figures, error) { return told(), err }}
	m := httpapi.NewMetrics("1.2.3", service, checker(func(context.Context) error { return err }))
	m.Called("execute_code", "ok", time.Second)
	return m
}

func TestMetricsAreThoseThatAreDocumentedAndWellNamed(t *testing.T) {
	m := metrics(nil)
	families, err := m.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "power_interpreter_") {
			fmt.Fprintf(&got, "%s (%s)\n\t%s\n", f.GetName(), strings.ToLower(f.GetType().String()), f.GetHelp())
		}
	}
	const golden = "testdata/metrics.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != got.String() {
		t.Errorf("%v; %s differs (-update writes it anew):\n%s", err, golden, got.String())
	}
	problems, err := testutil.GatherAndLint(m.Registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %+v", err, problems)
	}
}

func TestMetricsSayWhatTheFiguresAre(t *testing.T) {
	f := newFace(t, httpapi.Config{Metrics: metrics(nil)}, healthy)
	w := f.ask("GET", "/metrics")
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, line := range []string{
		`power_interpreter_sessions{state="busy"} 1`, `power_interpreter_sessions{state="idle"} 2`,
		`power_interpreter_places 6`, `power_interpreter_places_held 3`, `power_interpreter_spares_ready 1`, `power_interpreter_spares_kept 2`,
		`power_interpreter_calls_waiting 4`, `power_interpreter_engine_up 1`,
		`power_interpreter_execution_duration_seconds_bucket{op="cell",status="completed",le="1"} 1`,
		`power_interpreter_execution_duration_seconds_bucket{op="cell",status="completed",le="10"} 3`,
		`power_interpreter_execution_duration_seconds_bucket{op="cell",status="completed",le="+Inf"} 6`,
		`power_interpreter_execution_duration_seconds_sum{op="cell",status="completed"} 60`,
		`power_interpreter_kernel_deaths_total{cause="oom"} 7`, `power_interpreter_kernel_deaths_total{cause="gone"} 0`,
		`power_interpreter_sandbox_start_failures_total 5`, `power_interpreter_fetched_bytes_total 8`, `power_interpreter_uploaded_bytes_total 9`,
		`power_interpreter_output_cut_characters_total 10`, `power_interpreter_store_write_failures_total 11`,
		`power_interpreter_tool_calls_total{outcome="ok",tool="execute_code"} 1`, `power_interpreter_build_info{version="1.2.3"} 1`,
		"go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(w.Body.String(), "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
}

func TestAnOrchestratorThatDoesNotAnswerIsDownAndTheRestIsTold(t *testing.T) {
	f := newFace(t, httpapi.Config{Metrics: metrics(errors.New("away"))}, healthy)
	w := f.ask("GET", "/metrics")
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, "power_interpreter_engine_up 0") || strings.Contains(body, "power_interpreter_places") ||
		!strings.Contains(body, "power_interpreter_tool_calls_total") {
		t.Errorf("%d\n%s", w.Code, body)
	}
}

func TestOutcomesThatNobodyKnowsMakeNoSeriesWithoutEnd(t *testing.T) {
	m := httpapi.NewMetrics("1.2.3", &fake.Service{}, checker(healthy))
	for i := range 1000 {
		m.Called("execute_code", fmt.Sprint("made up ", i), time.Second)
	}
	m.Called("execute_code", "made up 0", time.Second)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if n := strings.Count(w.Body.String(), "power_interpreter_tool_calls_total{"); n > 50 {
		t.Errorf("%d series", n)
	}
	for _, want := range []string{`{outcome="made up 0",tool="execute_code"} 2`, `{outcome="other",tool="execute_code"} 960`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}
