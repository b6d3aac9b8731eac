package docker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"power-interpreter/internal/docker"
)

// eventEngine is a fake whose containers and events a test moves. Each
// subscription takes events until the test breaks it off.
type eventEngine struct {
	*fakeEngine
	mu         sync.Mutex
	containers []listing
	subscribed chan chan [2]string // action and id; closing one breaks it off
}

func newEvents(t *testing.T, containers ...listing) *eventEngine {
	t.Helper()
	fake := &eventEngine{fakeEngine: newFake(t), containers: containers, subscribed: make(chan chan [2]string)}
	fake.on("/_ping", pong)
	fake.on("GET /containers/json", func(w http.ResponseWriter, r *http.Request) {
		fake.mu.Lock()
		defer fake.mu.Unlock()
		body(fake.containers)(w, r)
	})
	fake.on("GET /events", fake.events)
	return fake
}

func (f *eventEngine) events(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	script := make(chan [2]string)
	select {
	case f.subscribed <- script:
	case <-r.Context().Done():
		return
	}
	for {
		select {
		case event, open := <-script:
			if !open {
				return
			}
			labels := map[string]string{"power-interpreter.sandbox": event[1]}
			_ = json.NewEncoder(w).Encode(map[string]any{"Type": "container", "Action": event[0], "Actor": map[string]any{"Attributes": labels}})
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// become changes the containers that are listed.
func (f *eventEngine) become(containers ...listing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.containers = containers
}

// exits follows the fake until the test ends, and then wants the channel closed.
func (f *eventEngine) exits(t *testing.T) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	exits := f.engine(t).Exits(ctx, "/srv/data")
	t.Cleanup(func() {
		cancel()
		for left := range exits {
			t.Errorf("%s came on top", left)
		}
	})
	return exits
}

func expect(t *testing.T, exits <-chan string, want ...string) {
	t.Helper()
	var got []string
	for range want {
		got = append(got, <-exits)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

const third = "00112233445566cc"

func TestExitsTellsOfEnds(t *testing.T) {
	fake := newEvents(t, listed(id, "running"), listed("00112233445566dd", "created"), listed(other, "exited"), listed(third, "created"))
	exits := fake.exits(t)
	script := <-fake.subscribed
	expect(t, exits, other) // it had ended before
	script <- [2]string{"start", third}
	script <- [2]string{"die", third}
	expect(t, exits, third)
	script <- [2]string{"start", third} // by somebody's hand: it is lost all the same
	script <- [2]string{"die", third}
	script <- [2]string{"destroy", third}
	script <- [2]string{"die", other} // known
	script <- [2]string{"die", "not an id"}
	script <- [2]string{"die", id}
	script <- [2]string{"destroy", id}
	expect(t, exits, id)
}

func TestASandboxThatSomebodyPausedGoesOn(t *testing.T) {
	fake := newEvents(t, listed(id, "paused"), listed(other, "running"))
	unpaused := make(chan string)
	fake.on("POST /containers/{name}/unpause", func(w http.ResponseWriter, r *http.Request) {
		unpaused <- r.PathValue("name")
		w.WriteHeader(http.StatusNoContent)
	})
	fake.exits(t)
	script := <-fake.subscribed
	if name := <-unpaused; name != "power-interpreter-"+id { // it was before we came
		t.Errorf("unpaused %s", name)
	}
	fake.become(listed(id, "running"), listed(other, "running"))
	script <- [2]string{"pause", "not an id"}
	script <- [2]string{"pause", other}
	if name := <-unpaused; name != "power-interpreter-"+other {
		t.Errorf("unpaused %s", name)
	}
}

func TestExitsTellsAfterAReconnectionWhatHappenedMeanwhile(t *testing.T) {
	const early = "00112233445566dd"
	fake := newEvents(t, listed(early, "dead"), listed(id, "running"), listed(other, "running"), listed(third, "running"))
	exits := fake.exits(t)
	script := <-fake.subscribed
	expect(t, exits, early) // so the first listing is taken in
	fake.become(listed(other, "exited"), listed(third, "running"))
	close(script)
	<-fake.subscribed
	expect(t, exits, id, other)
}

func TestExitsReconnectsHoweverOftenTheStreamBreaks(t *testing.T) {
	fake := newEvents(t)
	exits := fake.exits(t)
	for turn := range 4 {
		script := <-fake.subscribed
		sandbox := fmt.Sprintf("%016x", turn)
		script <- [2]string{"die", sandbox}
		expect(t, exits, sandbox)
		close(script)
	}
}

func TestExitsOutlivesAnEngineThatFailsAndHangs(t *testing.T) {
	t.Parallel() // the hang takes as long as the time limit
	fake := newFake(t)
	fake.on("/_ping", pong)
	fake.on("GET /events", status(500, "broken"), fake.hang, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		fake.hang(w, r)
	})
	fake.on("GET /containers/json", status(500, "broken"), body([]listing{listed(id, "exited")}))
	ctx, cancel := context.WithCancel(t.Context())
	exits := fake.engine(t).Exits(ctx, "/srv/data")
	expect(t, exits, id)
	cancel()
	for range exits {
		t.Error("an exit on top")
	}
}

func TestSlowReceiverOfExitsLosesNone(t *testing.T) {
	fake := newEvents(t)
	exits := fake.exits(t)
	script := <-fake.subscribed
	var want []string
	for turn := range 500 {
		sandbox := fmt.Sprintf("%016x", turn)
		script <- [2]string{"die", sandbox}
		want = append(want, sandbox)
	}
	close(script) // and they stay while it reconnects
	expect(t, exits, want...)
}

func TestExitsWithoutAnEngineEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	exits := open(t, docker.Config{Host: "unix:///no/engine/here", Image: testImage}).Exits(ctx, "/srv/data")
	cancel()
	for range exits {
		t.Error("an exit from nowhere")
	}
}
