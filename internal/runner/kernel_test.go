package runner_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/internal/runner"
	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// supervisor is the far end of a stream, played by the test.
type supervisor struct {
	t    *testing.T
	conn net.Conn
	in   *wire.Reader
}

// dial greets a supervisor that first says before, then welcomes.
func dial(t *testing.T, before string, welcome wire.Welcome) (*supervisor, orchestrator.Kernel) {
	t.Helper()
	near, far := net.Pipe()
	s := &supervisor{t, far, wire.NewReader(far, wire.MaxCommand)}
	t.Cleanup(func() { far.Close() })
	go func() {
		hello := s.next()
		body, _ := wire.Decode[wire.Hello](hello)
		welcome.Nonce = body.Nonce
		io.WriteString(far, before)
		s.send(wire.New(wire.KindHello, "", welcome))
	}()
	k, err := runner.Dial(t.Context(), near, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return s, k
}

func (s *supervisor) next() wire.Frame {
	f, err := s.in.Next()
	if err != nil && err != io.EOF && err != io.ErrClosedPipe {
		s.t.Error(err)
	}
	return f
}

func (s *supervisor) send(f wire.Frame) {
	line, err := wire.Marshal(f)
	if err != nil {
		s.t.Error(err)
	}
	s.conn.Write(line)
}

// event sends a numbered frame.
func (s *supervisor) event(seq uint64, kind wire.Kind, id string, body any) {
	f := wire.New(kind, id, body)
	f.Seq = seq
	s.send(f)
}

// heard collects what a run gave.
type heard struct {
	output string
	live   orchestrator.Output // the last
	charts []orchestrator.Chart
}

func (h *heard) Output(out orchestrator.Output) {
	h.output += out.Text
	h.live = out
}
func (h *heard) Chart(c orchestrator.Chart) { h.charts = append(h.charts, c) }

func TestWhatCameBeforeTheWelcomeIsSkipped(t *testing.T) {
	before := `{"v":1,"kind":"output","seq":1,"id":"x","body":{"text":"old"}}` + "\n" +
		`{"v":1,"kind":"hello","body":{"nonce":"another","seq":99}}` + "\n" + `half a fra`
	_, k := dial(t, before+"\n", wire.Welcome{Session: "a", Running: "00000001", Generation: 3})
	if got := k.Info(); got.Session != "a" || got.Running != "00000001" || got.Generation != 3 {
		t.Errorf("%+v", got)
	}
}

func TestASilentRunnerIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go io.Copy(io.Discard, far)
		_, err := runner.Dial(context.Background(), near, nil)
		if orchestrator.AsError(err).Code != orchestrator.CodeUnavailable {
			t.Errorf("got %v, want unavailable", err)
		}
		far.Close()
	})
}

func TestARunDeliversItsOwnEventsOnceAndItsResult(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		run := s.next()
		s.event(1, wire.KindOutput, run.ID, wire.Output{Text: "one "})
		s.event(1, wire.KindOutput, run.ID, wire.Output{Text: "replayed "})
		s.event(2, wire.KindOutput, "another", wire.Output{Text: "stranger "})
		s.event(3, wire.KindResult, "another", wire.Result{Status: wire.StatusOK})
		s.event(4, "novelty", run.ID, nil)
		s.event(5, wire.KindOutput, run.ID, wire.Output{Text: "two"})
		s.event(6, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK, Value: "3", Generation: 1})
	}()
	var h heard
	out, err := k.Run(t.Context(), orchestrator.Run{ID: "00000001", Op: orchestrator.OpCell, Code: "1+2"}, &h)
	if err != nil || out.Status != orchestrator.StatusCompleted || out.Reply.Value != "3" || h.output != "one two" {
		t.Errorf("%+v, %v, output %q", out, err, h.output)
	}
	go k.Acknowledge(out.Seq)
	if ack, _ := wire.Decode[wire.Ack](s.next()); ack.Seq != 6 {
		t.Errorf("acknowledged %d, want 6", ack.Seq)
	}
}

func TestAnswersKeepEveryDigit(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		run := s.next()
		s.event(1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK, Data: json.RawMessage(
			`{"columns":[{"name":"n","type":"BIGINT"}],"rows":[[9007199254740993],[null]],"total":2,"cut":false}`)})
	}()
	out, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpQuery}, &heard{})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := json.Marshal(out.Table.Rows)
	if string(rows) != `[[9007199254740993],[null]]` || out.Table.Total != 2 {
		t.Errorf("rows %s of %d", rows, out.Table.Total)
	}
}

func TestABrokenAnswerIsAnErrorNotAPanic(t *testing.T) {
	for name, result := range map[string]string{
		"no data":        `{"status":"ok"}`,
		"wrong form":     `{"status":"ok","data":"text"}`,
		"unknown status": `{"status":"victory"}`,
		"not an object":  `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			s, k := dial(t, "", wire.Welcome{})
			go func() {
				run := s.next()
				s.send(wire.Frame{V: 1, Kind: wire.KindResult, Seq: 1, ID: run.ID, Body: json.RawMessage(result)})
			}()
			_, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpLoad}, &heard{})
			if err == nil || orchestrator.AsError(err).Code != orchestrator.CodeKernel {
				t.Errorf("got %v, want kernel_died", err)
			}
		})
	}
}

// png returns the header of a picture, and as many bytes after it.
func png(width, height uint32, more int) []byte {
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 8+more)...)
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	return b
}

func TestAChartIsKeptOnlyIfItIsASmallPNG(t *testing.T) {
	for name, tt := range map[string]struct {
		png  []byte
		kept bool
	}{
		"good":        {png(640, 480, 100), true},
		"too wide":    {png(wire.MaxImageEdge+1, 10, 0), false},
		"too large":   {png(640, 480, wire.MaxImage), false},
		"no size":     {png(0, 0, 0), false},
		"a page":      {[]byte("<html><script>alert(1)</script></html>"), false},
		"half header": {png(1, 1, 0)[:18], false},
	} {
		t.Run(name, func(t *testing.T) {
			s, k := dial(t, "", wire.Welcome{})
			go func() {
				run := s.next()
				s.event(1, wire.KindDisplay, run.ID, wire.Display{PNG: tt.png, File: "charts/x.png"})
				s.event(2, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK})
			}()
			var h heard
			if _, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpCell}, &h); err != nil {
				t.Fatal(err)
			}
			if len(h.charts) != 1 || (len(h.charts[0].PNG) > 0) != tt.kept {
				t.Errorf("%d charts, kept %v, want %v", len(h.charts), len(h.charts[0].PNG) > 0, tt.kept)
			}
		})
	}
}

func TestAFloodOfEventsIsBounded(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		run := s.next()
		seq := uint64(0)
		for range 40 {
			seq++
			s.event(seq, wire.KindOutput, run.ID, wire.Output{Text: strings.Repeat("x", 64<<10)})
		}
		for range wire.MaxCharts + 10 {
			seq++
			s.event(seq, wire.KindDisplay, run.ID, wire.Display{File: "f"})
		}
		s.event(seq+1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK})
	}()
	var h heard
	if _, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpCell}, &h); err != nil {
		t.Fatal(err)
	}
	if len(h.output) > 2<<20 || len(h.charts) > wire.MaxCharts {
		t.Errorf("%d bytes and %d charts came through", len(h.output), len(h.charts))
	}
}

func TestAnAnswerOfMillionsOfEntriesIsRefused(t *testing.T) {
	for op, data := range map[orchestrator.Op]string{
		orchestrator.OpDatasets: "[" + strings.Repeat("{},", 200_000) + "{}]",
		orchestrator.OpQuery:    `{"columns":[],"rows":[` + strings.Repeat("[],", 1_000_000) + "[]]}",
	} {
		s, k := dial(t, "", wire.Welcome{})
		go func() {
			run := s.next()
			s.event(1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusOK, Data: json.RawMessage(data)})
		}()
		if _, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: op}, &heard{}); err == nil {
			t.Errorf("%s: no error", op)
		}
	}
}

func TestAResumedRunGivesWhatCameBeforeItWasResumed(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{Session: "a", Running: "00000001"})
	s.event(1, wire.KindOutput, "00000001", wire.Output{Text: "begun "})
	s.event(2, wire.KindKernel, "", wire.Kernel{Generation: 9, Death: &wire.Death{Cause: wire.CauseSignal}})
	<-k.Deaths() // the output before it was read, too
	go func() {
		s.event(3, wire.KindOutput, "00000001", wire.Output{Text: "ended"})
		s.event(4, wire.KindResult, "00000001", wire.Result{Status: wire.StatusOK, Value: "42"})
	}()
	var h heard
	out, err := k.Resume(t.Context(), "00000001", &h)
	if err != nil || out.Reply.Value != "42" || h.output != "begun ended" {
		t.Errorf("%+v, %v, output %q", out, err, h.output)
	}
}

func TestABrokenStreamEndsARun(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		s.next()
		s.conn.Close()
	}()
	_, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpCell}, &heard{})
	if err == nil || orchestrator.AsError(err).Code != orchestrator.CodeKernel {
		t.Errorf("got %v, want kernel_died", err)
	}
	<-k.Done()
}

func TestAnAbandonedRunReturns(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		s.next()
		cancel()
	}()
	if _, err := k.Run(ctx, orchestrator.Run{ID: "1", Op: orchestrator.OpCell}, &heard{}); err == nil {
		t.Error("no error")
	}
}

func TestOpenAndResetWaitForAKernel(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go func() {
		open, _ := wire.Decode[wire.Open](s.next())
		if open.Folder != "/app/sandbox_data/a" || open.OutputHead+open.OutputTail != 101 {
			t.Errorf("%+v", open)
		}
		s.event(1, wire.KindKernel, "", wire.Kernel{Generation: 1, Ready: true})
		s.next()
		s.event(2, wire.KindKernel, "", wire.Kernel{Generation: 1, Death: &wire.Death{Cause: wire.CauseReset}})
		s.event(3, wire.KindKernel, "", wire.Kernel{Generation: 2, Ready: true})
	}()
	if err := k.Open(t.Context(), orchestrator.Opening{Session: "a", OutputChars: 101, Disk: 7}); err != nil {
		t.Fatal(err)
	}
	if err := k.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case d := <-k.Deaths():
		t.Errorf("a reset asked for counts as the death %v", d)
	default:
	}
}

func TestADeathInARunIsToldByItsResultAlone(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	dead := &wire.Death{Cause: wire.CauseOOM}
	go func() {
		run := s.next()
		s.event(1, wire.KindResult, run.ID, wire.Result{Status: wire.StatusDied, Death: dead, Generation: 1})
		s.event(2, wire.KindKernel, "", wire.Kernel{Generation: 1, Death: dead})
		s.event(3, wire.KindKernel, "", wire.Kernel{Generation: 2, Death: &wire.Death{Cause: wire.CauseSignal}})
	}()
	if out, err := k.Run(t.Context(), orchestrator.Run{ID: "1", Op: orchestrator.OpCell}, &heard{}); err != nil || out.Reply.Death == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if d := <-k.Deaths(); d.Cause != orchestrator.CauseSignal {
		t.Errorf("told %v, want only the one between runs", d)
	}
}

func TestADeathBetweenRunsIsTold(t *testing.T) {
	s, k := dial(t, "", wire.Welcome{})
	go s.event(1, wire.KindKernel, "", wire.Kernel{Generation: 1, Death: &wire.Death{Cause: wire.CauseSignal, Signal: "SIGSEGV"}})
	select {
	case d := <-k.Deaths():
		if d.Signal != "SIGSEGV" {
			t.Errorf("%+v", d)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing was told")
	}
}
