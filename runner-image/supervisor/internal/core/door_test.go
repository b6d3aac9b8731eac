package core_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

// knocked says hello with a door and returns what the supervisor then is at: the
// far end of the door, as a sandbox of its own.
func (s *sandbox) knocked() (*sandbox, wire.Welcome) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "door")
	door, err := net.Listen("unix", path)
	check(s.t, err)
	defer door.Close()
	s.send(wire.New(wire.KindHello, "", wire.Hello{Nonce: "d", Door: path}))
	conn, err := door.Accept()
	check(s.t, err)
	s.t.Cleanup(func() { conn.Close() })
	near := &sandbox{t: s.t, cmd: s.cmd, in: conn, out: wire.NewWriter(conn), folder: s.folder, cgroup: s.cgroup, errs: s.errs}
	near.read(conn)
	s.t.Cleanup(func() {
		go func() {
			for range near.frames { // let the reader end
			}
		}()
	})
	return near, body[wire.Welcome](s.t, near.next(wire.KindHello))
}

func TestAHelloWithADoorIsAnsweredThereAndFramesGoThatWay(t *testing.T) {
	s := opened(t)
	s.cell("a1", "value 1")
	near, w := s.knocked()
	if w.Nonce != "d" || w.Session != "s" || len(w.Ended) != 1 {
		t.Errorf("got %+v", w)
	}
	near.finish("a1") // is sent again
	if _, result := near.cell("a2", "value 2"); result.Value != "2" {
		t.Errorf("got %+v", result)
	}
}

func TestAfterTheDoorsEndTheNextHelloGetsWhatWasLeft(t *testing.T) {
	s := opened(t)
	near, _ := s.knocked()
	near.start("a1", "print one\nawait go\nprint two", 0, 0)
	near.next(wire.KindOutput)
	check(t, near.in.Close())
	s.put("go")
	eventually(t, "the result waits", func() bool { w := s.hello(0); return len(w.Ended) == 1 })
	if text, _ := s.finish("a1"); !strings.Contains(text, "one") || !strings.Contains(text, "two") {
		t.Errorf("got %q", text)
	}
}

func TestASecondDoorReplacesOneWhereNobodyReads(t *testing.T) {
	s := opened(t)
	first, _ := s.knocked()
	first.start("a1", "print "+strings.Repeat("x", 400), 0, 0)
	second, _ := s.knocked()
	second.finish("a1")
	if _, result := second.cell("a2", "value 2"); result.Value != "2" {
		t.Errorf("got %+v", result)
	}
	for range first.frames { // the first has been closed
	}
}

func TestADoorThatCannotBeReachedIsAnsweredOnTheStream(t *testing.T) {
	s := opened(t)
	s.knocked()
	s.send(wire.New(wire.KindHello, "", wire.Hello{Nonce: "n", Door: filepath.Join(t.TempDir(), "none")}))
	if w := body[wire.Welcome](t, s.next(wire.KindHello)); w.Nonce != "n" {
		t.Errorf("got %+v", w)
	}
	if _, result := s.cell("a2", "value 2"); result.Value != "2" {
		t.Errorf("got %+v", result)
	}
	if !strings.Contains(s.errs.String(), "door cannot be reached") {
		t.Errorf("said %q", s.errs.String())
	}
}
