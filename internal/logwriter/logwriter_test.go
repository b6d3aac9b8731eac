package logwriter_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"power-interpreter/internal/logwriter"
)

// sink keeps each write, and tells of it.
type sink struct {
	writes chan string
	block  chan struct{} // a write waits for it to be closed; nil for none
}

func (s *sink) Write(p []byte) (int, error) {
	if s.block != nil {
		<-s.block
	}
	s.writes <- string(p)
	return len(p), nil
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func (s *sink) next(t *testing.T) string {
	t.Helper()
	select {
	case lines := <-s.writes:
		return lines
	case <-time.After(patience):
		t.Fatal("nothing was written")
		return ""
	}
}

func TestALineIsWrittenThoughNobodyAsks(t *testing.T) {
	out := &sink{writes: make(chan string, 10)}
	w := logwriter.New(out)
	for round := range 3 { // a timer that has fired once fires again
		line := fmt.Sprintln(round)
		_, _ = w.Write([]byte(line))
		if got := out.next(t); got != line {
			t.Errorf("%q, want %q", got, line)
		}
	}
}

func TestAWarningIsWrittenAtOnceWithWhatCameBeforeIt(t *testing.T) {
	out := &sink{writes: make(chan string, 10)}
	w := logwriter.New(out)
	log := slog.New(w.Handler(slog.NewTextHandler(w, nil))).With("a", 1).WithGroup("g")
	log.Info("first", "b", 2)
	log.Warn("second")
	select {
	case got := <-out.writes:
		if lines := strings.Split(got, "\n"); len(lines) != 3 || !strings.Contains(lines[0], "msg=first a=1 g.b=2") || !strings.Contains(lines[1], "msg=second") {
			t.Errorf("%q", got)
		}
	default:
		t.Error("it was not written when the warning had been said")
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	out := &sink{writes: make(chan string, 10)}
	w := logwriter.New(out)
	long := strings.Repeat("x", 100<<10)
	_, _ = w.Write([]byte(long))
	select {
	case got := <-out.writes:
		if got != long {
			t.Errorf("%d bytes of %d", len(got), len(long))
		}
	default:
		t.Error("a long line waits")
	}
}

func TestAnOutputThatTakesNothingHoldsTheOrder(t *testing.T) {
	out := &sink{writes: make(chan string, 10), block: make(chan struct{})}
	w := logwriter.New(out)
	var flushed sync.WaitGroup
	_, _ = w.Write([]byte("1\n"))
	flushed.Go(w.Flush)
	_, _ = w.Write([]byte("2\n"))
	flushed.Go(w.Flush)
	close(out.block)
	flushed.Wait()
	w.Flush()
	close(out.writes)
	var all string
	for lines := range out.writes {
		all += lines
	}
	if all != "1\n2\n" {
		t.Errorf("%q", all)
	}
}

func TestNothingIsLostAmongManyWhoWrite(t *testing.T) {
	out := &sink{writes: make(chan string, 10_000)}
	w := logwriter.New(out)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 500 {
				_, _ = fmt.Fprintf(w, "%d %d\n", i, n)
			}
		})
	}
	all.Wait()
	w.Flush()
	close(out.writes)
	next := make([]int, 8)
	for lines := range out.writes {
		for line := range strings.Lines(lines) {
			var i, n int
			if _, err := fmt.Sscanf(line, "%d %d", &i, &n); err != nil || next[i] != n {
				t.Fatalf("%q when %d was due", line, next[i])
			}
			next[i]++
		}
	}
	for i, n := range next {
		if n != 500 {
			t.Errorf("%d lines of writer %d", n, i)
		}
	}
}
