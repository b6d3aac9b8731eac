package executor_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/workspace"
	"power-interpreter/orchestrator"
)

// pipes is a listener without a network, each of whose connections takes a time
// of its own to come about.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	time.Sleep(time.Duration(1+rand.IntN(100)) * time.Millisecond)
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// TestCallsRunInTheOrderTheyCameHoweverSlowTheirConnectionsAre has an orchestrator
// run fifty cells, among them calls of other kinds, that were made one after the
// other without waiting for any.
func TestCallsRunInTheOrderTheyCameHoweverSlowTheirConnectionsAre(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var ran []int
		goOn := make(chan struct{}) // no connection is free before all have come
		engine := fake.NewEngine()
		engine.Script = func(_ *fake.Kernel, run orchestrator.Run, _ orchestrator.Sink, _ <-chan struct{}) (orchestrator.Outcome, error) {
			<-goOn
			mu.Lock()
			defer mu.Unlock()
			n, err := strconv.Atoi(run.Code + run.Query.SQL)
			if err != nil {
				return orchestrator.Outcome{}, err
			}
			ran = append(ran, n)
			return orchestrator.Outcome{Status: orchestrator.StatusCompleted, Table: &orchestrator.Table{}}, nil
		}
		o, files := orchestratorOn(t, dir, engine)
		wire := newPipes()
		http := server.New(server.Config{}, o).HTTP()
		served := make(chan error, 1)
		go func() { served <- http.Serve(wire) }()
		c, err := client.New(t.Context(), client.Config{URL: "http://localhost:1", Insecure: true, Dial: wire.dial})
		if err != nil {
			t.Fatal(err)
		}

		var want []int
		var calls sync.WaitGroup
		for i := range 52 { // the last is one that is waited for
			calls.Go(func() {
				if err := numbered(c, i); err != nil {
					t.Errorf("%d: %v", i, err)
				}
			})
			synctest.Wait() // it has come, and waits for its turn or its connection
			want = append(want, i)
		}
		time.Sleep(time.Second) // every connection has come about
		close(goOn)
		calls.Wait()
		mu.Lock()
		if !slices.Equal(ran, want) {
			t.Errorf("ran %v", ran)
		}
		mu.Unlock()

		c.Close()
		http.Close()
		wire.Close()
		<-served
		time.Sleep(time.Second) // connections that nobody needed any more come about
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		if err := files.Close(); err != nil {
			t.Error(err)
		}
		engine.Destroy()
	})
}

// numbered makes a call that needs the kernel.
func numbered(c *client.Client, i int) (err error) {
	switch number := fmt.Sprint(i); i % 3 {
	case 0:
		_, err = c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: number}, nil)
	case 1:
		_, err = c.Submit(context.Background(), ref("a"), orchestrator.Cell{Code: number})
	default:
		_, err = c.Query(context.Background(), ref("a"), orchestrator.Query{SQL: number, Limit: 1})
	}
	return err
}

func orchestratorOn(t *testing.T, dir string, engine *fake.Engine) (*orchestrator.Orchestrator, *workspace.Root) {
	t.Helper()
	files, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := orchestrator.New(orchestrator.Config{
		Limits: orchestrator.Limits{
			MaxSessions: 3, IdleTimeout: time.Hour, JobTimeoutMax: time.Hour, MaxOutputChars: 1000, Retention: 24 * time.Hour,
			MaxUpload: 1 << 20, Sandbox: orchestrator.SandboxLimits{Disk: 1 << 30},
		},
		Image: "image", Engine: engine, Dial: fake.Dial, Workspace: files, Store: fake.NewStore(), Logger: slog.New(slog.DiscardHandler),
	})
	if err := o.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o, files
}
