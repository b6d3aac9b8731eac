package link_test

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// end is a link whose kernel is played by the test.
type end struct {
	*link.Link
	peer   *os.File
	frames chan wire.Frame
	closed chan struct{}
}

func open(t *testing.T) *end {
	t.Helper()
	e := &end{frames: make(chan wire.Frame, 10), closed: make(chan struct{})}
	var err error
	e.Link, e.peer, err = link.New(func(f wire.Frame) { e.frames <- f }, func() { close(e.closed) })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// shut closes both ends, and waits until the link's reader has noticed.
func (e *end) shut() {
	_ = e.Close()
	_ = e.peer.Close()
	<-e.closed
}

func TestFramesGoBothWaysAndNonsenseIsDropped(t *testing.T) {
	e := open(t)
	defer e.shut()
	if !e.Send(wire.New(wire.KindReset, "a", nil)) {
		t.Fatal("not sent")
	}
	f, err := wire.NewReader(e.peer, wire.MaxCommand).Next()
	if err != nil || f.ID != "a" {
		t.Errorf("got %+v, %v", f, err)
	}
	for _, line := range []string{"nonsense\n", strings.Repeat("x", link.MaxFrame+1) + "\n", `{"v":1,"kind":"pong","id":"b"}` + "\n"} {
		if _, err := e.peer.WriteString(line); err != nil {
			t.Fatal(err)
		}
	}
	if f := <-e.frames; f.ID != "b" {
		t.Errorf("got %+v", f)
	}
}

func TestTheEndOfTheKernelIsToldAfterItsLastFrame(t *testing.T) {
	e := open(t)
	defer e.shut()
	_, _ = e.peer.WriteString(`{"v":1,"kind":"pong","id":"last"}` + "\n" + `{"v":1,"ki`)
	_ = e.peer.Close()
	<-e.closed
	if f := <-e.frames; f.ID != "last" {
		t.Errorf("got %+v", f)
	}
}

func TestAKernelThatDoesNotReadHoldsUpNobody(t *testing.T) {
	e := open(t)
	defer e.shut() // also ends the write that waits
	big := wire.New(wire.KindRun, "a", wire.Run{Args: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)})
	for range 100 {
		if !e.Send(big) {
			return
		}
	}
	t.Error("the queue has no bound")
}
