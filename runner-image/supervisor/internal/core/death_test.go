package core_test

import (
	"strconv"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

func TestADeathIsTheResultThenTheKernelsThenTheNextIsReady(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       wire.Death
	}{
		{"exit", "exit 3", wire.Death{Cause: wire.CauseExit, ExitCode: 3}},
		{"crash", "crash SEGV", wire.Death{Cause: wire.CauseSignal, Signal: "SIGSEGV"}},
		{"killed by another", "kill 9", wire.Death{Cause: wire.CauseSignal, Signal: "SIGKILL"}},
		{"out of memory", "oom 1\nkill 9", wire.Death{Cause: wire.CauseOOM}},
		{"channel closed", "hang", wire.Death{Cause: wire.CauseKilled}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := opened(t)
			s.start("a1", "print before\n"+c.code, 0, 0)
			text, result := s.finish("a1")
			if result.Status != wire.StatusDied || result.Death == nil || *result.Death != c.want || text != "before\n" {
				t.Errorf("got %q, %+v, death %+v", text, result, result.Death)
			}
			k := body[wire.Kernel](t, s.next(wire.KindKernel))
			if k.Ready || k.Generation != result.Generation || k.Death == nil || *k.Death != c.want {
				t.Errorf("got %+v", k)
			}
			k = body[wire.Kernel](t, s.next(wire.KindKernel))
			if !k.Ready || k.Generation <= result.Generation {
				t.Errorf("got %+v", k)
			}
			if _, next := s.cell("a2", "value 1"); next.Status != wire.StatusOK {
				t.Errorf("got %+v", next)
			}
		})
	}
}

func TestAChildKilledAtTheMemoryLimitIsAHit(t *testing.T) {
	s := opened(t)
	_, result := s.cell("a1", "oom 1\nerror RuntimeError child died")
	if strings.Join(result.Hits, " ") != "oom" {
		t.Errorf("hits %q", result.Hits)
	}
	if _, result = s.cell("a2", "error RuntimeError again"); len(result.Hits) != 0 {
		t.Errorf("the same hit again: %q", result.Hits)
	}
}

func TestAFullDiskIsAHit(t *testing.T) {
	s := opened(t)
	if _, result := s.cell("a1", "error OSError [Errno 28] No space left on device"); strings.Join(result.Hits, " ") != "disk" {
		t.Errorf("hits %q", result.Hits)
	}
}

func TestWhatAKernelLeavesBehindIsKilledWithIt(t *testing.T) {
	s := opened(t)
	text, _ := s.cell("a1", "spawn")
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	check(t, err)
	if !alive(pid) {
		t.Fatal("the leftover is not there to begin with")
	}
	s.cell("a2", "exit 1")
	s.ready()
	if alive(pid) {
		t.Error("it lives on")
	}
}

func TestAResetInIdlenessBringsTheNextGeneration(t *testing.T) {
	s := opened(t)
	_, before := s.cell("a1", "value 1")
	s.send(wire.New(wire.KindReset, "", nil))
	k := body[wire.Kernel](t, s.next(wire.KindKernel))
	if k.Ready || k.Death == nil || k.Death.Cause != wire.CauseReset {
		t.Errorf("got %+v", k)
	}
	if generation := s.ready(); generation <= before.Generation {
		t.Errorf("kernel %d follows %d", generation, before.Generation)
	}
}

func TestAResetInMidRunCancelsIt(t *testing.T) {
	s := opened(t)
	s.start("a1", "print on\nstubborn", 0, enough)
	s.next(wire.KindOutput)
	s.send(wire.New(wire.KindReset, "", nil))
	_, result := s.finish("a1")
	if result.Status != wire.StatusCancelled || result.Death == nil || result.Death.Cause != wire.CauseReset {
		t.Errorf("got %+v", result)
	}
	if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
		t.Errorf("got %+v", result)
	}
}

func TestAKernelThatDiesBetweenRunsIsTold(t *testing.T) {
	s := opened(t)
	s.cell("a1", "lateexit 5")
	k := body[wire.Kernel](t, s.next(wire.KindKernel))
	if k.Ready || k.Death == nil || *k.Death != (wire.Death{Cause: wire.CauseExit, ExitCode: 5}) {
		t.Errorf("got %+v, %+v", k, k.Death)
	}
	s.ready()
}
