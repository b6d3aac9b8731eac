package httpapi

import (
	"net/http"

	"github.com/gorilla/mux"

	"power-interpreter/orchestrator"
)

// adminVersion is of the shape of what /admin answers: it is counted up when a
// field changes its meaning or goes, not when one is added.
const adminVersion = 1

// sessionsAnswer is the body of /admin/sessions.
type sessionsAnswer struct {
	Version int `json:"version"`
	orchestrator.Overview
}

// sessionAnswer is the body of one session.
type sessionAnswer struct {
	Version int                     `json:"version"`
	Session orchestrator.Inspection `json:"session"`
}

// actionAnswer is the body of what was done to one.
type actionAnswer struct {
	Version int `json:"version"`
	orchestrator.Intervened
}

func (a *API) listSessions(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		allow(w, r, "GET, HEAD")
		return
	}
	all, err := a.cfg.Admin.Overview(r.Context())
	if err != nil {
		failWith(w, err)
		return
	}
	writeJSON(w, http.StatusOK, sessionsAnswer{adminVersion, all})
}

func (a *API) oneSession(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["id"]
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		one, err := a.cfg.Admin.Inspect(r.Context(), id)
		if err != nil {
			failWith(w, err)
			return
		}
		writeJSON(w, http.StatusOK, sessionAnswer{adminVersion, one})
	case http.MethodDelete:
		a.intervene(w, r, id, orchestrator.InterventionDelete)
	default:
		allow(w, r, "DELETE, GET, HEAD")
	}
}

func (a *API) actOnSession(w http.ResponseWriter, r *http.Request) {
	act := orchestrator.Intervention(mux.Vars(r)["action"])
	switch {
	case act != orchestrator.InterventionInterrupt && act != orchestrator.InterventionReset:
		notFound(w, r)
	case r.Method != http.MethodPost:
		allow(w, r, "POST")
	default:
		a.intervene(w, r, mux.Vars(r)["id"], act)
	}
}

// intervene answers 200 when it is done, and 202 when it goes on.
func (a *API) intervene(w http.ResponseWriter, r *http.Request, id string, act orchestrator.Intervention) {
	did, err := a.cfg.Admin.Intervene(r.Context(), id, act)
	if err != nil {
		failWith(w, err)
		return
	}
	status := http.StatusOK
	if did.Pending {
		status = http.StatusAccepted
	}
	writeJSON(w, status, actionAnswer{adminVersion, did})
}

func (a *API) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		allow(w, r, "GET, HEAD")
		return
	}
	a.cfg.Metrics.ServeHTTP(w, r)
}
