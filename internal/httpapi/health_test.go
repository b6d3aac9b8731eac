package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/httpapi"
	"power-interpreter/orchestrator"
)

func TestHealthSaysWhyItCannotServe(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		status int
		body   map[string]any
	}{
		{"well", nil, 200, map[string]any{"status": "ok", "version": "1.2.3"}},
		{"engine away", orchestrator.Hide(orchestrator.CodeUnavailable, errors.New("/run/x.sock"), "the engine does not answer"), 503,
			map[string]any{"status": "unavailable", "version": "1.2.3", "code": "unavailable", "reason": "the engine does not answer"}},
		{"a fault of ours", errors.New("/srv/secret path"), 503,
			map[string]any{"status": "unavailable", "version": "1.2.3", "code": "internal", "reason": "something failed inside the server; the session is untouched: try again"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFace(t, httpapi.Config{}, func(context.Context) error { return tt.err })
			w := f.ask("GET", "/health")
			var body map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || len(body) != len(tt.body) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			for name, value := range tt.body {
				if body[name] != value {
					t.Errorf("%s is %v, want %v", name, body[name], value)
				}
			}
			if w := f.ask("HEAD", "/health"); w.Code != tt.status {
				t.Errorf("HEAD: %d", w.Code)
			}
		})
	}
}

func TestProbesShareOneQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		f := newFace(t, httpapi.Config{}, func(context.Context) error {
			time.Sleep(500 * time.Millisecond)
			asked.Add(1)
			return nil
		})
		probe := func() {
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if w := f.ask("GET", "/health"); w.Code != http.StatusOK {
						t.Errorf("%d %s", w.Code, w.Body)
					}
				})
			}
			wg.Wait()
		}
		probe()
		probe()
		if n := asked.Load(); n != 1 {
			t.Errorf("%d questions for probes at once", n)
		}
		time.Sleep(2 * time.Second)
		probe()
		if n := asked.Load(); n != 2 {
			t.Errorf("%d questions, want one more when the answer is old", n)
		}
	})
}

func TestACheckThatHangsIsToldAndNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		release := make(chan struct{})
		f := newFace(t, httpapi.Config{}, func(context.Context) error { // deaf to its context
			asked.Add(1)
			<-release
			return nil
		})
		for range 3 {
			if w := f.ask("GET", "/health"); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("%d questions beside each other", n)
		}
		close(release)
		synctest.Wait()
		if w := f.ask("GET", "/health"); w.Code != http.StatusOK {
			t.Errorf("afterwards: %d %s", w.Code, w.Body)
		}
	})
}

func TestAProbeThatLeavesDoesNotSpoilTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFace(t, httpapi.Config{}, func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
				return nil
			}
		})
		ctx, leave := context.WithCancel(t.Context())
		go f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/health", nil).WithContext(ctx))
		synctest.Wait()
		leave()
		if w := f.ask("GET", "/health"); w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestHealthSaysThatItStops(t *testing.T) {
	f := newFace(t, httpapi.Config{}, healthy)
	stopped := errors.New("still running")
	f.mcp.shutdown = func(context.Context) error {
		if w := f.ask("GET", "/health"); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		return stopped
	}
	if err := f.Shutdown(t.Context()); !errors.Is(err, stopped) {
		t.Errorf("Shutdown: %v", err)
	}
}
