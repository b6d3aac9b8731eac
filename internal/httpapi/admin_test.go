package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"power-interpreter/internal/fake"
	"power-interpreter/internal/httpapi"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

const (
	adminKey   = "the-administrators"
	hostileID  = `<img src=x onerror=alert(1)>`
	internalID = "00112233445566aa"
)

// administration answers with one session and remembers what was done.
func administration() *fake.Service {
	one := orchestrator.Inspection{ID: internalID, Owner: "ann", SessionID: hostileID, State: orchestrator.StateBusy, Unknown: []string{}}
	return &fake.Service{
		OnOverview: func(context.Context) (orchestrator.Overview, error) {
			return orchestrator.Overview{Sessions: []orchestrator.Inspection{one}}, nil
		},
		OnInspect: func(_ context.Context, id string) (orchestrator.Inspection, error) {
			if id != internalID {
				return orchestrator.Inspection{}, orchestrator.Errorf(orchestrator.CodeNotFound, "no session has it")
			}
			return one, nil
		},
		OnIntervene: func(_ context.Context, id string, act orchestrator.Intervention) (orchestrator.Intervened, error) {
			if id != internalID {
				return orchestrator.Intervened{}, orchestrator.Errorf(orchestrator.CodeNotFound, "no session has it")
			}
			return orchestrator.Intervened{ID: id, Action: act, Done: "done", Pending: act == orchestrator.InterventionReset}, nil
		},
	}
}

func adminFace(t *testing.T, cfg httpapi.Config) (*face, *fake.Service) {
	t.Helper()
	service := administration()
	cfg.Admin, cfg.Metrics = service, httpapi.NewMetrics("1", service, checker(healthy))
	return newFace(t, cfg, healthy), service
}

var annsKey = []keyring.Key{{Name: "ann", Secret: "k-ann-secret"}}

func TestWhoMayBeTheAdministrator(t *testing.T) {
	keyed := httpapi.Config{Keys: annsKey, AdminKey: adminKey, Host: "0.0.0.0"}
	open := httpapi.Config{}
	for name, c := range map[string]struct {
		cfg    httpapi.Config
		header []string
		want   int
	}{
		"the key":                                {keyed, []string{"Authorization", "Bearer " + adminKey}, 200},
		"the key by any name":                    {keyed, []string{"Authorization", "Bearer " + adminKey, "Host", "py.example.org"}, 200},
		"no key":                                 {keyed, nil, 401},
		"another key":                            {keyed, []string{"Authorization", "Bearer " + adminKey + "x"}, 401},
		"a part of the key":                      {keyed, []string{"Authorization", "Bearer the"}, 401},
		"another scheme":                         {keyed, []string{"Authorization", "Basic " + adminKey}, 401},
		"a session's key":                        {keyed, []string{"Authorization", "Bearer k-ann-secret"}, 403},
		"the key in the query":                   {keyed, []string{"X-Key", adminKey}, 401},
		"the key on loopback":                    {httpapi.Config{AdminKey: adminKey}, []string{"Authorization", "Bearer " + adminKey}, 200},
		"no key on loopback, where there is":     {httpapi.Config{AdminKey: adminKey}, nil, 401},
		"no key at all, on loopback":             {open, nil, 200},
		"no key at all, by a stranger's name":    {open, []string{"Host", "evil.example"}, 403},
		"no key at all, API keys":                {httpapi.Config{Keys: annsKey}, []string{"Authorization", "Bearer k-ann-secret"}, 404},
		"no key at all, for all to reach":        {httpapi.Config{Host: "0.0.0.0"}, nil, 404},
		"no key at all, behind a proxy":          {open, []string{"X-Forwarded-For", "192.0.2.1"}, 404},
		"no key at all, by way of a proxy":       {open, []string{"Via", "1.1 proxy"}, 404},
		"no key at all, by the public name":      {httpapi.Config{PublicURL: "https://py.example.org"}, []string{"Host", "py.example.org"}, 404},
		"the key, by a stranger's name":          {httpapi.Config{AdminKey: adminKey}, []string{"Authorization", "Bearer " + adminKey, "Host", "evil.example"}, 403},
		"the key, from a stranger's page":        {keyed, []string{"Authorization", "Bearer " + adminKey, "Origin", "https://evil.example"}, 403},
		"a page that CORS_ORIGINS names":         {httpapi.Config{CORSOrigins: []string{"https://app.example"}}, []string{"Origin", "https://app.example"}, 403},
		"every page that CORS_ORIGINS allows":    {httpapi.Config{CORSOrigins: []string{"*"}}, []string{"Origin", "null"}, 403},
		"another port of this host":              {open, []string{"Origin", "http://localhost:3000"}, 403},
		"a stranger's page, as the browser says": {open, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"another port, as the browser says":      {open, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"its own page":                           {open, []string{"Origin", "http://localhost:8000", "Sec-Fetch-Site", "same-origin"}, 200},
		"typed into a browser":                   {open, []string{"Sec-Fetch-Site", "none"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			f, service := adminFace(t, c.cfg)
			for _, ask := range [][2]string{
				{"GET", "/admin/sessions"}, {"GET", "/admin/sessions/" + internalID}, {"DELETE", "/admin/sessions/" + internalID},
				{"POST", "/admin/sessions/" + internalID + "/interrupt"}, {"GET", "/metrics"},
			} {
				w := f.ask(ask[0], ask[1], c.header...)
				if w.Code != c.want {
					t.Errorf("%s %s: %d, want %d: %s", ask[0], ask[1], w.Code, c.want, w.Body)
				}
				if w.Code == 401 && w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s %s: headers %v", ask[0], ask[1], w.Header())
				}
			}
			if c.want == 200 {
				return
			}
			for _, call := range service.Calls() {
				if call.Method != "Health" {
					t.Errorf("refused, and yet %s was asked", call.Method)
				}
			}
			if strings.Contains(f.log.String(), adminKey) {
				t.Error("the log has the key")
			}
		})
	}
}

func TestAPreflightOpensNothingOfTheAdministrators(t *testing.T) {
	f, _ := adminFace(t, httpapi.Config{CORSOrigins: []string{"https://app.example"}})
	w := f.ask("OPTIONS", "/admin/sessions/"+internalID, "Origin", "https://app.example", "Access-Control-Request-Method", "DELETE")
	if w.Code < 400 || w.Header().Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestTheAdministratorsKeyOpensNoSession(t *testing.T) {
	f, _ := adminFace(t, httpapi.Config{Keys: annsKey, AdminKey: adminKey})
	if w := f.ask("GET", "/mcp", "Authorization", "Bearer "+adminKey); w.Code != 401 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWhatTheAdministratorAsksIsDone(t *testing.T) {
	const one = "/admin/sessions/" + internalID
	for _, c := range []struct {
		method, path string
		want         int
		call         string
		args         []any
	}{
		{"GET", "/admin/sessions", 200, "Overview", nil},
		{"HEAD", "/admin/sessions", 200, "Overview", nil},
		{"POST", "/admin/sessions", 405, "", nil},
		{"DELETE", "/admin/sessions", 405, "", nil},
		{"GET", one, 200, "Inspect", []any{internalID}},
		{"GET", "/admin/sessions/nope", 404, "Inspect", []any{"nope"}},
		{"DELETE", one, 200, "Intervene", []any{internalID, orchestrator.InterventionDelete}},
		{"DELETE", "/admin/sessions/nope", 404, "Intervene", []any{"nope", orchestrator.InterventionDelete}},
		{"POST", one + "/interrupt", 200, "Intervene", []any{internalID, orchestrator.InterventionInterrupt}},
		{"POST", one + "/reset", 202, "Intervene", []any{internalID, orchestrator.InterventionReset}},
		{"GET", one + "/reset", 405, "", nil},
		{"POST", one + "/delete", 404, "", nil},
		{"POST", one + "/explode", 404, "", nil},
		{"PUT", one, 405, "", nil},
	} {
		f, service := adminFace(t, httpapi.Config{})
		w := f.ask(c.method, c.path)
		if w.Code != c.want {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, w.Code, w.Body, c.want)
		}
		if c.want >= 400 {
			failed(t, w)
		}
		calls := service.Calls()
		if c.call == "" && len(calls) > 0 || c.call != "" && (len(calls) != 1 || calls[0].Method != c.call || !reflect.DeepEqual(calls[0].Args, c.args)) {
			t.Errorf("%s %s asked %+v", c.method, c.path, calls)
		}
	}
}

func TestTheListHasAVersionAndItsSessions(t *testing.T) {
	f, _ := adminFace(t, httpapi.Config{})
	w := f.ask("GET", "/admin/sessions")
	var got struct {
		Version  int
		Totals   map[string]any
		Sessions []map[string]any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Version != 1 || len(got.Sessions) != 1 || got.Sessions[0]["session_id"] != hostileID {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, field := range []string{"id", "owner", "state", "created", "age_seconds", "last_used", "idle_seconds", "running", "queued",
		"memory", "cpu", "pids", "disk", "executions", "last_death", "sandbox", "unknown"} {
		if _, there := got.Sessions[0][field]; !there {
			t.Errorf("no %s", field)
		}
	}
	if memory := got.Sessions[0]["memory"].(map[string]any); memory["bytes"] != nil {
		t.Errorf("what is not known is %v", memory["bytes"])
	}
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/json" || h.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers %v", h)
	}
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	f, service := adminFace(t, httpapi.Config{AdminKey: adminKey})
	for path, kind := range map[string]string{"/admin": "text/html", "/admin/app.js": "text/javascript", "/admin/style.css": "text/css"} {
		w := f.ask("GET", path)
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: policy %q", path, csp)
		}
		body := w.Body.String()
		for _, word := range []string{"http://", "https://", "innerHTML", "eval(", " onclick", "style=", "document.write"} {
			if strings.Contains(body, word) {
				t.Errorf("%s has %q", path, word)
			}
		}
		if w := f.ask("POST", path); w.Code != 405 {
			t.Errorf("POST %s: %d", path, w.Code)
		}
		if w := f.ask("GET", path, "Host", "evil.example"); w.Code != 403 {
			t.Errorf("%s by another name: %d", path, w.Code)
		}
	}
	if w := f.ask("GET", "/admin/"); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "../admin" {
		t.Errorf("/admin/: %d %v", w.Code, w.Header())
	}
	if calls := service.Calls(); len(calls) > 0 {
		t.Errorf("the page alone asked %+v", calls)
	}
}

func TestWithoutAnAdministrationThereIsNone(t *testing.T) {
	f := newFace(t, httpapi.Config{AdminKey: adminKey}, healthy)
	for _, path := range []string{"/admin", "/admin/sessions", "/metrics"} {
		if w := f.ask("GET", path, "Authorization", "Bearer "+adminKey); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
