package docker_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"power-interpreter/orchestrator"
)

const (
	create = "POST /containers/create"
	start  = "POST /containers/{name}/start"
	remove = "DELETE /containers/{name}"
)

func TestStartThatFailsIsUndone(t *testing.T) {
	gone := status(404, "no such container")
	done := status(http.StatusNoContent, "")
	made := body(map[string]any{"Id": "1", "Warnings": []string{"no swap"}})
	for name, test := range map[string]struct {
		runtime       string
		create, start http.HandlerFunc
		piece         string
	}{
		"image missing":   {create: status(404, "No such image: x"), piece: "make image"},
		"unknown runtime": {runtime: "runsc", create: status(400, "Unknown runtime specified runsc"), piece: "SANDBOX_RUNTIME"},
		"create refused":  {create: status(400, "engine's words: /srv/x"), piece: "could not create"},
		"start fails":     {create: made, start: status(500, "engine's words"), piece: "could not start"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", pong)
			fake.on(create, test.create)
			if test.start != nil {
				fake.on(start, test.start)
			}
			fake.on(remove, done, gone)
			tried := spec()
			tried.Runtime = test.runtime
			wantError(t, fake.engine(t).Start(t.Context(), tried), orchestrator.CodeUnavailable, test.piece)
			if !slices.Contains(fake.requests(), "DELETE /containers/power-interpreter-"+id) {
				t.Errorf("nothing was removed: %v", fake.requests())
			}
		})
	}
}

// What a killed process had asked for is in the way until the engine has made it.
func TestStartWaitsForANameThatIsBeingMade(t *testing.T) {
	fake := newFake(t)
	taken := status(http.StatusConflict, "the name is in use")
	fake.on("/_ping", pong)
	fake.on(create, taken, taken, taken, body(map[string]any{"Id": "1"}))
	fake.on(start, status(http.StatusNoContent, ""))
	fake.on(remove, status(404, "no such container"), status(http.StatusConflict, "in progress"), status(http.StatusNoContent, ""))
	if err := fake.engine(t).Start(t.Context(), spec()); err != nil {
		t.Error(err)
	}
}

// The engine goes on making a container whose client has left, so the client
// must not leave before it knows.
func TestStartGivenUpWhileCreatingRemovesWhatWasMade(t *testing.T) {
	fake := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	fake.on("/_ping", pong)
	fake.on(create, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server would not see its client leave
		cancel()
		select {
		case <-r.Context().Done():
			t.Error("the client left")
		case <-time.After(50 * time.Millisecond): // time for it to leave in
		}
		body(map[string]any{"Id": "1"})(w, r)
	})
	fake.on(start, status(http.StatusNoContent, ""))
	fake.on(remove, status(http.StatusNoContent, ""))
	wantError(t, fake.engine(t).Start(ctx, spec()), orchestrator.CodeCancelled, "given up")
	want := []string{"POST /containers/create", "DELETE /containers/power-interpreter-" + id}
	if got := fake.requests(); !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
}

func TestRemove(t *testing.T) {
	var (
		done     = status(http.StatusNoContent, "")
		gone     = status(404, "No such container")
		underWay = status(409, "removal of container is already in progress")
		busy     = status(500, "engine's words: device or resource busy")
	)
	for name, test := range map[string]struct {
		answers []http.HandlerFunc
		asked   int
	}{
		"there":                  {answers: []http.HandlerFunc{done}, asked: 1},
		"not there":              {answers: []http.HandlerFunc{gone}, asked: 1},
		"another's removal ends": {answers: []http.HandlerFunc{underWay, underWay, gone}, asked: 3},
		"busy, then not":         {answers: []http.HandlerFunc{busy, done}, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", pong)
			fake.on(remove, test.answers...)
			if err := fake.engine(t).Remove(t.Context(), id); err != nil {
				t.Error(err)
			}
			if asked := fake.requests(); len(asked) != test.asked {
				t.Errorf("asked %v, want %d times", asked, test.asked)
			}
		})
	}
}

func TestRemoveThatNeverSucceedsEndsWithItsCaller(t *testing.T) {
	fake := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	fake.on("/_ping", pong)
	fake.on(remove, status(500, "engine's words"), status(500, "engine's words"), func(w http.ResponseWriter, r *http.Request) {
		cancel()
		status(500, "engine's words")(w, r)
	})
	wantError(t, fake.engine(t).Remove(ctx, id), orchestrator.CodeCancelled, "remove a sandbox")
}

func TestIDsThatAreNoneNeverReachTheEngine(t *testing.T) {
	for _, bad := range []string{"", "x", "../../images/x", "00112233445566A0", id + "0", id + "/.."} {
		fake := newFake(t)
		engine := fake.engine(t)
		wantError(t, engine.Remove(t.Context(), bad), orchestrator.CodeInternal, "no sandbox id")
		_, err := engine.Attach(t.Context(), bad)
		wantError(t, err, orchestrator.CodeInternal, "no sandbox id")
		if asked := fake.requests(); len(asked) > 0 {
			t.Errorf("the engine was asked %v", asked)
		}
	}
}

// listing is one line of the engine's list.
type listing struct {
	ID     string `json:"Id"`
	State  string
	Labels map[string]string
}

func listed(id, state string) listing {
	return listing{ID: "c" + id, State: state, Labels: map[string]string{
		"power-interpreter.sandbox": id, "power-interpreter.uid": "70001", "power-interpreter.runner": "cafe",
	}}
}

func TestListLeavesOutWhatIsNotAsWeMakeThem(t *testing.T) {
	foreign := listed("../../../../etc/x", "running")
	nobody := listed(other, "running")
	nobody.Labels["power-interpreter.uid"] = "root"
	fake := newFake(t)
	fake.on("/_ping", pong)
	fake.on("GET /containers/json", func(w http.ResponseWriter, r *http.Request) {
		if filters := r.URL.Query().Get("filters"); filters != `{"label":{"power-interpreter.data=/srv/data":true}}` {
			t.Errorf("filters %s", filters)
		}
		if r.URL.Query().Get("all") != "1" {
			t.Error("only running ones are asked for")
		}
		body([]listing{listed(id, "paused"), foreign, nobody, listed("00112233445566cc", "exited")})(w, r)
	})
	got, err := fake.engine(t).List(t.Context(), "/srv/data/")
	want := []orchestrator.Sandbox{
		{ID: id, UID: 70001, Runner: "cafe", Running: true},
		{ID: "00112233445566cc", UID: 70001, Runner: "cafe"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}
