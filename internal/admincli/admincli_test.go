package admincli_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/admincli"
	"power-interpreter/orchestrator"
)

// serving answers every request so, and keeps the last.
func serving(t *testing.T, status int, body string) (admincli.Client, *http.Request) {
	t.Helper()
	var last http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = *r.Clone(context.Background())
		w.Header().Set("Location", "http://192.0.2.1/")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return admincli.Client{URL: s.URL + "/", Key: "the key"}, &last
}

func TestTheListIsAskedForWithTheKey(t *testing.T) {
	const body = `{"version":1,"totals":{"places":6},"sessions":[{"id":"00aa","session_id":"x"}],"more":"kept"}`
	c, asked := serving(t, 200, body)
	all, raw, err := c.Overview(t.Context())
	if err != nil || all.Totals.Places != 6 || all.Sessions[0].ID != "00aa" || string(raw) != body {
		t.Errorf("%+v, %s, %v", all, raw, err)
	}
	if asked.URL.Path != "/admin/sessions" || asked.Header.Get("Authorization") != "Bearer the key" {
		t.Errorf("asked for %s with %v", asked.URL, asked.Header)
	}
}

func TestASessionIsActedOnByItsID(t *testing.T) {
	for act, want := range map[orchestrator.Intervention]string{
		orchestrator.InterventionInterrupt: "POST /admin/sessions/..%2Fx/interrupt",
		orchestrator.InterventionReset:     "POST /admin/sessions/..%2Fx/reset",
		orchestrator.InterventionDelete:    "DELETE /admin/sessions/..%2Fx",
	} {
		c, asked := serving(t, 200, `{"done":"so"}`)
		did, err := c.Intervene(t.Context(), "../x", act)
		if got := asked.Method + " " + asked.URL.EscapedPath(); err != nil || did.Done != "so" || got != want {
			t.Errorf("%s: %+v, %v", got, did, err)
		}
	}
}

func TestWhatGoesWrongIsSaidClearly(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"no key":         {401, `{"error":"unauthorized","message":"x"}`, "set ADMIN_KEY"},
		"served to none": {404, `{"error":"not_found","message":"x"}`, "start it with an ADMIN_KEY"},
		"a refusal":      {503, `{"error":"unavailable","message":"the engine\u001b[31m is away"}`, "the engine?[31m is away"},
		"another server": {200, `<html>`, "no Power Interpreter"},
		"its error page": {502, `<html>`, "no Power Interpreter"},
		"a redirect":     {302, ``, "no Power Interpreter"},
	} {
		client, _ := serving(t, c.status, c.body)
		_, _, err := client.Overview(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "the key") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for url, want := range map[string]string{closed.URL: "no server listens", "nowhere": "is no URL", "http://[::": "is no URL"} {
		if _, _, err := (admincli.Client{URL: url}).Overview(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

func number[T any](n T) *T { return &n }

func TestTheTableShowsWhatIsKnown(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	all := orchestrator.Overview{
		Totals: orchestrator.Totals{Sessions: 2, States: map[orchestrator.State]int{orchestrator.StateBusy: 1}, Held: 1, Places: 6, Spares: 1, SparesKept: 2},
		Sessions: []orchestrator.Inspection{
			{
				ID: "00aa", Owner: "ann\x1b[2J", SessionID: "x", State: orchestrator.StateBusy, Queued: 2, Idle: 5,
				Running: &orchestrator.Activity{ID: "a3f9c1b2", Op: orchestrator.OpCell, Seconds: 75},
				Memory:  orchestrator.MemoryUse{Now: number(int64(300 << 20)), Peak: number(int64(1 << 30))},
				CPU:     orchestrator.CPUUse{Cores: number(1.5), Seconds: number(12.34)}, Disk: orchestrator.DiskUse{Bytes: number(int64(2048)), Files: number(int64(3))},
				Sandbox: &orchestrator.Container{State: "paused"}, Executions: orchestrator.Tally{Ended: 9},
				LastDeath: &orchestrator.LastDeath{Cause: orchestrator.CauseOOM, At: at},
			},
			{ID: "00bb", Owner: "bob", SessionID: "y", State: orchestrator.StateStopped, Idle: 3700, Unknown: []string{"disk: the walk\nfailed"}},
		},
	}
	var out bytes.Buffer
	if err := admincli.Show(&out, all); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		"ID OWNER SESSION STATE RUNNING WAITING MEMORY PEAK CORES CPU s DISK FILES RUNS IDLE LAST DEATH",
		"00aa ann?[2J x busy/paused a3f9c1b2 cell 1m15s 2 300 MiB 1.0 GiB 1.50 12.3 2.0 KiB 3 9 - oom 2026-01-02 03:04:05",
		"00bb bob y stopped - 0 - - - - - - 0 1h1m40s -",
		"00bb: disk: the walk?failed",
		"2 sessions, 1 busy; 1 of 6 places held; 1 of 2 spares ready",
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
}
