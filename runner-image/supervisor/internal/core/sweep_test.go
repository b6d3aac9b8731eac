package core_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

// roomy writes what a control group of version 2 says of a container that has
// room, or of one that has used all its memory.
func roomy(t *testing.T, s *sandbox, used string) {
	t.Helper()
	for name, text := range map[string]string{
		"memory.max": "4294967296", "memory.current": used, "pids.max": "512", "pids.current": "9",
	} {
		check(t, os.WriteFile(filepath.Join(s.cgroup, name), []byte(text+"\n"), 0o600))
	}
}

// holds says whether a process lives or still gives its memory back: its first
// thread may have ended before the others.
func holds(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	const threads = 20 - 3 // of proc_pid_stat(5), counted from the state
	return fields[0] != "Z" || fields[threads] != "1"
}

func TestTheNextKernelIsBornBesideADyingOneWhereThereIsRoom(t *testing.T) {
	for name, used := range map[string]string{"room": "400000000", "no room": "4290000000"} {
		t.Run(name, func(t *testing.T) {
			s := opened(t)
			roomy(t, s, used)
			for i := range 2 {
				id := "a" + strconv.Itoa(i)
				text, before := s.cell(id, "spawn 512\nawait heavy\nremove heavy")
				left, err := strconv.Atoi(strings.TrimSpace(text))
				check(t, err)
				s.send(wire.New(wire.KindReset, "", nil))
				if generation := s.ready(); generation != before.Generation+1 {
					t.Errorf("kernel %d follows %d", generation, before.Generation)
				}
				if holds(left) {
					t.Error("a kernel is ready while its predecessor's process lives")
				}
				if _, result := s.cell(id+"b", "value 1"); result.Status != wire.StatusOK {
					t.Errorf("got %+v", result)
				}
			}
		})
	}
}

func TestAKernelThatIsNotAloneIsOfNoUse(t *testing.T) {
	for name, used := range map[string]string{"room": "400000000", "no room": "4290000000"} {
		t.Run(name, func(t *testing.T) {
			s := opened(t)
			roomy(t, s, used)
			_, before := s.cell("a1", "value 1")
			check(t, os.WriteFile(filepath.Join(s.cgroup, "stray"), nil, 0o600))
			s.send(wire.New(wire.KindReset, "", nil))
			if generation := s.ready(); generation != before.Generation+2 {
				t.Errorf("kernel %d follows %d", generation, before.Generation)
			}
			pid, err := os.ReadFile(filepath.Join(s.cgroup, "strayed"))
			check(t, err)
			stray, err := strconv.Atoi(string(pid))
			check(t, err)
			if alive(stray) {
				t.Error("what escaped lives beside the next kernel")
			}
			if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
				t.Errorf("got %+v", result)
			}
		})
	}
}

func TestAZygoteThatIsHinderedAtADeathCostsNoSession(t *testing.T) {
	for name, code := range map[string]string{
		"killed": "parent 9\nexit 3", "stopped": "parent 19\nexit 3", "silent": "mute\nexit 3",
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, forkMS+"=200")
			roomy(t, s, "400000000")
			s.cell("a1", code)
			if _, result := s.cell("a2", "value 1"); result.Status != wire.StatusOK {
				t.Errorf("got %+v", result)
			}
		})
	}
}
