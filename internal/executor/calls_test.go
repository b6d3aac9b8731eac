package executor_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/protocol"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// long is a service whose cells end with their context; it tells the cause.
func long() (svc *fake.Service, begun chan struct{}, ended chan error) {
	begun, ended = make(chan struct{}, 10), make(chan error, 10)
	return &fake.Service{OnExecute: func(ctx context.Context, _ orchestrator.Ref, _ orchestrator.Cell, _ func(orchestrator.Output)) (orchestrator.Execution, error) {
		begun <- struct{}{}
		<-ctx.Done()
		ended <- context.Cause(ctx)
		e := orchestrator.Execution{ID: "a1b2c3d4", Status: orchestrator.StatusCancelled}
		if context.Cause(ctx) != orchestrator.ErrCancelled {
			e.Status = orchestrator.StatusRunning
			return e, orchestrator.Errorf(orchestrator.CodeCancelled, "the connection ended; the code goes on as job a1b2c3d4")
		}
		return e, nil
	}}, begun, ended
}

func TestACancelledCallIsCancelledThereAndItsEndIsTold(t *testing.T) {
	svc, begun, ended := long()
	c := newExecutor(t, svc).front(t, "")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-begun; cancel(orchestrator.ErrCancelled) }()
	e, err := c.Execute(ctx, ref("a"), orchestrator.Cell{Code: "x"}, nil)
	if cause := <-ended; cause != orchestrator.ErrCancelled {
		t.Errorf("it ended there of %v", cause)
	}
	if err != nil || e.Status != orchestrator.StatusCancelled {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestACallerThatGoesAwayDetachesAndIsToldTheJob(t *testing.T) {
	svc, begun, ended := long()
	c := newExecutor(t, svc).front(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	e, err := c.Execute(ctx, ref("a"), orchestrator.Cell{Code: "x"}, nil)
	if cause := <-ended; cause == nil || cause == orchestrator.ErrCancelled {
		t.Errorf("it ended there of %v", cause)
	}
	wantCode(t, err, orchestrator.CodeCancelled, "job a1b2c3d4")
	if e.ID != "a1b2c3d4" || e.Status != orchestrator.StatusRunning {
		t.Errorf("got %+v", e)
	}
}

func TestAFrontThatGoesAwayDetachesItsCalls(t *testing.T) {
	svc, begun, ended := long()
	c := newExecutor(t, svc).front(t, "")
	failed := make(chan error, 1)
	go func() {
		_, err := c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "x"}, nil)
		failed <- err
	}()
	<-begun
	c.Close()
	if cause := <-ended; cause == nil || cause == orchestrator.ErrCancelled {
		t.Errorf("it ended there of %v", cause)
	}
	wantCode(t, <-failed, orchestrator.CodeUnavailable)
}

func TestAnExecutorThatStopsEndsItsCallsAndRefusesMore(t *testing.T) {
	svc, begun, ended := long()
	e := newExecutor(t, svc)
	c := e.front(t, "")
	failed := make(chan error, 1)
	go func() {
		_, err := c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "x"}, nil)
		failed <- err
	}()
	<-begun
	now, cancel := context.WithCancel(t.Context())
	cancel()
	e.api.Shutdown(now)
	if cause := <-ended; cause == nil || cause == orchestrator.ErrCancelled {
		t.Errorf("it ended there of %v", cause)
	}
	wantCode(t, <-failed, orchestrator.CodeCancelled, "job a1b2c3d4")
	_, err := c.Job(t.Context(), "ann", "a1b2c3d4")
	wantCode(t, err, orchestrator.CodeUnavailable, "stopping", "try again")
	wantCode(t, c.Health(t.Context()), orchestrator.CodeUnavailable, "stopping")
}

func TestOutputIsWatchedAsItComes(t *testing.T) {
	got := make(chan orchestrator.Output, 100)
	c, svc := split(t)
	svc.OnExecute = func(_ context.Context, _ orchestrator.Ref, _ orchestrator.Cell, watch func(orchestrator.Output)) (orchestrator.Execution, error) {
		watch(orchestrator.Output{Text: "one\n"})
		seen := <-got // before the end
		watch(orchestrator.Output{Text: "two\n", Live: "40%", Skipped: 7})
		watch(orchestrator.Output{Text: "three\n", Live: "50%"})
		return orchestrator.Execution{ID: seen.Text}, nil
	}
	var mu sync.Mutex
	var all string
	var last orchestrator.Output
	e, err := c.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: "x"}, func(out orchestrator.Output) {
		mu.Lock()
		defer mu.Unlock()
		all += out.Text
		last = out
		select {
		case got <- out:
		default:
		}
	})
	if err != nil || e.ID != "one\n" {
		t.Errorf("got %+v, %v", e, err)
	}
	if all != "one\ntwo\nthree\n" || last.Live != "50%" || last.Skipped != 0 {
		t.Errorf("watched %q, at last %+v", all, last)
	}
}

func TestNoticesAreTakenOnce(t *testing.T) {
	c, svc := split(t)
	svc.Notify(ref("a"), "told <once> é")
	if got := c.Notices(t.Context(), ref("a")); !reflect.DeepEqual(got, []string{"told <once> é"}) {
		t.Errorf("got %q", got)
	}
	if got := c.Notices(t.Context(), ref("a")); got != nil {
		t.Errorf("again: %q", got)
	}
}

// told is a service that can be asked whether it has notices.
type told struct{ *fake.Service }

func (s told) HasNotices(ref orchestrator.Ref) bool { return ref.ID == "loud" }

// TestNoticesAreAskedForWhereTheyMayBe counts no question where the answer to the
// call before has said that there are none.
func TestNoticesAreAskedForWhereTheyMayBe(t *testing.T) {
	svc := &fake.Service{}
	http := httptest.NewServer(server.New(server.Config{}, told{svc}))
	t.Cleanup(http.Close)
	c := frontOf(t, client.Config{URL: http.URL})
	for _, id := range []string{"loud", "quiet"} {
		svc.Notify(ref(id), "word")
		if _, err := c.Files(t.Context(), ref(id)); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Notices(t.Context(), ref("loud")); len(got) != 1 {
		t.Errorf("loud: %q", got)
	}
	if got := c.Notices(t.Context(), ref("quiet")); len(got) != 0 {
		t.Errorf("quiet was asked: %q", got)
	}
	if got := c.Notices(t.Context(), ref("quiet")); len(got) != 1 {
		t.Errorf("quiet, later: %q", got)
	}
}

func TestSettingsAreTheExecutors(t *testing.T) {
	var f filler
	told := f.value(reflect.TypeFor[orchestrator.Settings]()).Interface().(orchestrator.Settings)
	c := newExecutor(t, &fake.Service{Told: told}).front(t, "")
	if got := c.Settings(); got != told {
		t.Errorf("got %+v, want %+v", got, told)
	}
}

// TestTimesAreTheFrontsWhereItsClockIsAnother has an execution that began by a
// clock which is an hour ahead.
func TestTimesAreTheFrontsWhereItsClockIsAnother(t *testing.T) {
	c := skewed(t, time.Hour)
	e, err := c.Job(t.Context(), "ann", "a1b2c3d4")
	if ran := e.Elapsed(time.Now()); err != nil || (ran-time.Minute).Abs() > 10*time.Second || !e.Ended.IsZero() {
		t.Errorf("it has run for %s, %v", ran, err)
	}
}

func TestManyCallsAtOnceEachGetTheirOwn(t *testing.T) {
	c, svc := split(t)
	svc.OnJob = func(_ context.Context, owner, id string) (orchestrator.Execution, error) {
		return orchestrator.Execution{ID: id, Session: ref(owner)}, nil
	}
	var calls sync.WaitGroup
	for i := range 200 {
		calls.Go(func() {
			id := fmt.Sprint(i)
			if e, err := c.Job(t.Context(), "ann", id); err != nil || e.ID != id {
				t.Errorf("%s: %+v, %v", id, e, err)
			}
		})
	}
	calls.Wait()
}

func TestLargeCellsThatRunKeepNoOtherFromBeingRead(t *testing.T) {
	svc, begun, _ := long()
	c := newExecutor(t, svc).front(t, "")
	ctx, cancel := context.WithCancelCause(t.Context())
	var calls sync.WaitGroup
	for i := range 6 { // more than are read at once
		calls.Go(func() {
			_, _ = c.Execute(ctx, ref(fmt.Sprint(i)), orchestrator.Cell{Code: strings.Repeat("#", 300<<10)}, nil)
		})
	}
	for range 6 {
		select {
		case <-begun:
		case <-time.After(20 * time.Second):
			t.Error("one waits for the others to end")
		}
	}
	cancel(orchestrator.ErrCancelled)
	calls.Wait()
}

func TestAFrontThatSendsSlowlyKeepsNoOthersLargeCellsOut(t *testing.T) {
	svc := &fake.Service{}
	e := newExecutor(t, svc, keyring.Key{Name: "web", Secret: token}, keyring.Key{Name: "desk", Secret: token + "2"})
	for i := range 8 { // more than are read at once
		conn, err := net.Dial("tcp", e.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%s: %s\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n",
			protocol.Path(protocol.MethodExecute), token, protocol.HeaderVersion, protocol.Version)
		if i < 4 { // it is being read when it is told to go on
			if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
				t.Fatalf("%q, %v", line, err)
			}
		}
	}
	desk := e.front(t, token+"2")
	if _, err := desk.Execute(t.Context(), ref("a"), orchestrator.Cell{Code: strings.Repeat("#", 300<<10)}, nil); err != nil {
		t.Error(err)
	}
}
