package core_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

func TestAKilledZygoteIsReplacedAndTheKernelLivesOn(t *testing.T) {
	s := opened(t)
	s.cell("a1", "parent 9")
	if _, result := s.cell("a2", "value 1"); result.Generation != 1 || result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
	// The orphan is reaped by the supervisor itself, and the new zygote forks.
	_, result := s.cell("a3", "exit 3")
	if result.Death == nil || *result.Death != (wire.Death{Cause: wire.CauseExit, ExitCode: 3}) {
		t.Errorf("got %+v, %+v", result, result.Death)
	}
	if _, result := s.cell("a4", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestAStoppedZygoteGoesOn(t *testing.T) {
	s := opened(t, pingMS+"=200")
	zygote := children(s.cmd.Process.Pid)[0]
	s.cell("a1", "parent 19\nvalue 1")
	time.Sleep(time.Second) // were it still stopped, it would be replaced as silent
	if now := children(s.cmd.Process.Pid); !slices.Equal(now, []int{zygote}) {
		t.Errorf("zygote %d became %v", zygote, now)
	}
	s.cell("a2", "exit 3")
	if _, result := s.cell("a3", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestASilentZygoteIsReplaced(t *testing.T) {
	s := opened(t, pingMS+"=20")
	s.cell("a1", "mute")
	eventually(t, "the zygote is replaced", func() bool { return strings.Contains(s.errs.String(), "it is silent") })
	s.cell("a2", "exit 3")
	if _, result := s.cell("a3", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestAZygoteThatDoesNotForkIsReplaced(t *testing.T) {
	s := opened(t, forkMS+"=200")
	s.cell("a1", "mute\nexit 3")
	if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
	if !strings.Contains(s.errs.String(), "does not fork") {
		t.Errorf("supervisor said %q", s.errs)
	}
}

func TestWelcomeSaysWhetherTheStackIsImported(t *testing.T) {
	s := start(t)
	s.ready()
	eventually(t, "warm", func() bool { return s.hello(0).Warm })
	s = start(t, cold+"=1")
	s.ready()
	if s.hello(0).Warm {
		t.Error("warm without a word of the zygote")
	}
}

func TestAKernelThatIsOlderThanTheStackMakesWay(t *testing.T) {
	s := start(t, lateWarm+"=1")
	eventually(t, "a warm kernel", func() bool { w := s.hello(0); return w.Warm && w.Generation == 2 })
	for w := s.hello(0); ; {
		f := s.any()
		if !body[wire.Kernel](t, f).Ready {
			t.Error("the death of a kernel that nobody had used was told")
		}
		if f.Seq == w.Seq {
			break
		}
	}
	s.open(100, 100)
	if _, result := s.cell("a1", "value 1"); result.Generation != 2 || result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}
