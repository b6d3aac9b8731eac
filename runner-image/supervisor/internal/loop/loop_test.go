package loop_test

import (
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"power-interpreter/runner-image/supervisor/internal/loop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func pipe(t *testing.T) (*loop.Loop, *os.File) {
	t.Helper()
	var pair [2]int
	if err := syscall.Pipe(pair[:]); err != nil {
		t.Fatal(err)
	}
	l, err := loop.New(pair[0], "pipe")
	if err != nil {
		t.Fatal(err)
	}
	w := os.NewFile(uintptr(pair[1]), "writing end")
	t.Cleanup(func() { w.Close(); l.Close() })
	return l, w
}

func TestAnAskWakesAReadThatWaits(t *testing.T) {
	l, w := pipe(t)
	asked := make(chan int, 100)
	go func() {
		for i := range 100 {
			l.Ask(func() { asked <- i })
		}
		_, _ = w.WriteString("after")
	}()
	buf := make([]byte, 10)
	// What was asked may come behind what was written after it: the read may
	// be under way by then. All was asked before, so no call waits for ever.
	for read := 0; read == 0 || len(asked) < 100; {
		n, err := l.Next(buf, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		read += n
	}
	for want := range 100 {
		if got := <-asked; got != want {
			t.Fatalf("ask %d came as number %d", got, want)
		}
	}
}

func TestNextReturnsWhenItsTimeHasCome(t *testing.T) {
	l, _ := pipe(t)
	if n, err := l.Next(make([]byte, 1), time.Now().Add(time.Millisecond)); n != 0 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestReadNowDoesNotWait(t *testing.T) {
	l, w := pipe(t)
	buf := make([]byte, 10)
	if n, err := l.ReadNow(buf); n != 0 || err != nil {
		t.Errorf("empty: %d, %v", n, err)
	}
	_, _ = w.WriteString("text")
	if n, err := l.ReadNow(buf); n != 4 || err != nil {
		t.Errorf("full: %d, %v", n, err)
	}
	w.Close()
	if _, err := l.ReadNow(buf); !errors.Is(err, io.EOF) {
		t.Errorf("ended: %v", err)
	}
}

func TestAsksAreAnsweredAfterTheInputHasEnded(t *testing.T) {
	l, w := pipe(t)
	w.Close()
	if _, err := l.Next(make([]byte, 1), time.Time{}); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v", err)
	}
	answered := false
	go l.Ask(func() { answered = true })
	for !answered {
		l.NextAsk()
	}
}

func TestAnAskEndsAPauseAndIsNotLost(t *testing.T) {
	l, _ := pipe(t)
	answered := false
	l.Ask(func() { answered = true })
	l.Pause(time.Hour)
	l.NextAsk()
	if !answered {
		t.Error("the ask was lost")
	}
}

func TestWhatIsThereOrEndsWhileNobodyWaitsIsReadThen(t *testing.T) {
	l, w := pipe(t)
	buf := make([]byte, 10)
	for range 100 {
		if n, err := l.Next(buf, time.Now().Add(time.Microsecond)); n != 0 || err != nil {
			t.Fatalf("nothing: %d, %v", n, err)
		}
		_, _ = w.WriteString("x") // tells although nobody waits any more
		l.Pause(time.Microsecond)
		if n, err := l.Next(buf, time.Time{}); n != 1 || err != nil {
			t.Fatalf("something: %d, %v", n, err)
		}
	}
	ended := make(chan error)
	go func() {
		_, err := l.Next(buf, time.Time{})
		ended <- err
	}()
	w.Close()
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestAPauseIsNotEndedByAnAskThatWasAnswered(t *testing.T) {
	l, _ := pipe(t)
	l.Ask(func() {})
	_, _ = l.Next(make([]byte, 1), time.Time{})
	begun := time.Now()
	l.Pause(20 * time.Millisecond)
	if took := time.Since(begun); took < 20*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}
