package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/orchestrator"
)

// desk is a client on stdin and stdout.
type desk struct {
	t     *testing.T
	tools *tools
	in    *io.PipeWriter
	lines chan string // what came; closed at the end
	ended chan error
}

func newDesk(t *testing.T, ctx context.Context, cfg transport.Config) *desk {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	d := &desk{t: t, tools: newTools(), in: inW, lines: make(chan string, 500), ended: make(chan error, 1)}
	go func() {
		err := transport.ServeStdio(ctx, inR, outW, d.tools, "me", cfg)
		outW.Close()
		d.ended <- err
	}()
	go func() {
		defer close(d.lines)
		r := bufio.NewReader(outR)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			d.lines <- line
		}
	}()
	t.Cleanup(func() { inW.Close() })
	return d
}

func (d *desk) send(body string) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, body+"\n"); err != nil {
		d.t.Fatalf("send %.100q: %v", body, err)
	}
}

func (d *desk) next() result {
	d.t.Helper()
	line, ok := receive(d.t, d.lines)
	if !ok {
		d.t.Fatal("the output ended")
	}
	return decode(d.t, line)
}

func (d *desk) end() error {
	d.t.Helper()
	d.in.Close()
	err, _ := receive(d.t, d.ended)
	return err
}

func TestStdioAnswersALineEach(t *testing.T) {
	d := newDesk(t, t.Context(), transport.Config{})
	for _, tt := range []struct{ body, id, want string }{
		{initialize, "0", ""},
		{call("9007199254740993", "owner", "{}"), "9007199254740993", "me"},
		{"{", "null", ""},
		{"\t", "", ""},
		{`{"jsonrpc":"2.0","method":"notifications/initialized"}`, "", ""},
		{call(`"p"`, "panic", "{}"), `"p"`, ""},
		{call("2", "noop", "{}") + "\r", "2", "done"},
	} {
		d.send(tt.body)
		if tt.id == "" {
			continue
		}
		if got := d.next(); string(got.ID) != tt.id || got.text() != tt.want {
			t.Errorf("%s: %v", tt.body, got)
		}
	}
	d.send("[" + call("1", "noop", "{}") + "," + call("2", "noop", "{}") + "]")
	line, _ := receive(t, d.lines)
	var answers []result
	if err := json.Unmarshal([]byte(line), &answers); err != nil || len(answers) != 2 {
		t.Errorf("batch: %s", line)
	}
	if err := d.end(); err != nil {
		t.Errorf("end of input: %v", err)
	}
}

func TestStdioCallsRunBesideEachOther(t *testing.T) {
	d := newDesk(t, t.Context(), transport.Config{})
	for i := range 20 {
		d.send(call(fmt.Sprint(i), "block", `{"name":"x"}`))
		receive(t, d.tools.started)
	}
	d.send(call("99", "noop", "{}"))
	if got := d.next(); string(got.ID) != "99" {
		t.Errorf("a quick call waited: %v", got)
	}
	d.send(cancelled("3", ""))
	if cause, _ := receive(t, d.tools.causes); !errors.Is(cause, orchestrator.ErrCancelled) {
		t.Errorf("cause %v", cause)
	}
	if got := d.next(); string(got.ID) != "3" {
		t.Errorf("the cancelled one's answer: %v", got)
	}
	close(d.tools.release)
	for range 19 {
		d.next()
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

func TestStdioDetachesWhatRunsWhenTheInputEnds(t *testing.T) {
	d := newDesk(t, t.Context(), transport.Config{})
	d.send(call("1", "block", "{}"))
	receive(t, d.tools.started)
	if err := d.end(); err != nil {
		t.Errorf("end of input: %v", err)
	}
	if cause, _ := receive(t, d.tools.causes); errors.Is(cause, orchestrator.ErrCancelled) {
		t.Errorf("cause %v", cause)
	}
	if got := d.next(); !strings.HasPrefix(got.text(), "ended: ") {
		t.Errorf("the answer is lost: %v", got)
	}
}

func TestStdioAnswersWhatWasPipedIn(t *testing.T) {
	for range 50 {
		var out bytes.Buffer
		in := strings.NewReader(initialize + "\n" + call("1", "noop", "{}")) // no newline at the end
		if err := transport.ServeStdio(t.Context(), in, &out, newTools(), "me", transport.Config{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "\n"); got != 2 || !strings.Contains(out.String(), "done") {
			t.Fatalf("%d lines: %s", got, out.String())
		}
	}
}

func TestStdioEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := newDesk(t, ctx, transport.Config{})
	d.send(call("1", "block", "{}"))
	receive(t, d.tools.started)
	cancel()
	if err, _ := receive(t, d.ended); err != nil {
		t.Error(err)
	}
	if cause, _ := receive(t, d.tools.causes); errors.Is(cause, orchestrator.ErrCancelled) {
		t.Errorf("cause %v", cause)
	}
}

func TestStdioEndsWhenNobodyReads(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	tools, ended := newTools(), make(chan error, 1)
	go func() {
		ended <- transport.ServeStdio(t.Context(), inR, outW, tools, "me", transport.Config{})
	}()
	_, _ = io.WriteString(inW, call("1", "block", "{}")+"\n")
	receive(t, tools.started)
	outR.CloseWithError(errors.New("gone"))
	_, _ = io.WriteString(inW, call("2", "noop", "{}")+"\n")
	if cause, _ := receive(t, tools.causes); errors.Is(cause, orchestrator.ErrCancelled) {
		t.Errorf("cause %v", cause)
	}
	if err, _ := receive(t, ended); err == nil {
		t.Error("a broken output is no error")
	}
}

func TestStdioTellsProgressBeforeTheAnswer(t *testing.T) {
	d := newDesk(t, t.Context(), transport.Config{})
	d.send(call("1", "progress", `{"name":"p"}`))
	for range 3 {
		if got := d.next(); got.Params.Message != "p" {
			t.Errorf("%v", got)
		}
	}
	if got := d.next(); got.text() != "told" {
		t.Errorf("%v", got)
	}
}

// An over-large message is answered by its id, wherever that stands and
// whatever looks like it.
func TestTheIDOfAnOverLargeMessageIsFound(t *testing.T) {
	d := newDesk(t, t.Context(), transport.Config{MaxRequest: 200})
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.OneOf(
			rapid.Map(rapid.StringN(0, 20, 60), func(s string) string { return quote(s) }),
			rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) }),
		).Draw(rt, "id")
		decoy := rapid.SampledFrom([]string{
			`{"id":1}`, `[{"id":2},"id"]`, `"\"id\":3,"`, `"id"`, `"\\"`, `{"a":{"id":"x"}}`, `"}"`,
		})
		members := []string{`"jsonrpc":"2.0"`, `"method":"tools/call"`, `"x":"` + strings.Repeat("y", 200) + `"`,
			`"params":` + decoy.Draw(rt, "params"), quote(rapid.String().Draw(rt, "name")+"!") + `:` + decoy.Draw(rt, "other")}
		at := rapid.IntRange(0, len(members)).Draw(rt, "at")
		members = append(members[:at], append([]string{` "id" : ` + id}, members[at:]...)...)
		d.send("{" + strings.Join(members, " ,") + "}")
		got := d.next()
		if string(got.ID) != id || got.Error == nil {
			rt.Fatalf("id %s came back as %s", id, got.ID)
		}
	})
}

func quote(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}
