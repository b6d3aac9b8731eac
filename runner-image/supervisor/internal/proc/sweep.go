package proc

import (
	"slices"
	"syscall"
	"time"
)

// Bounds of a sweep. A process that has been killed may need a while to give
// gigabytes back (500 forked kernels took 5 s on two processors), and one that
// hangs in the kernel must not hold us for ever.
const (
	sweepFor   = 15 * time.Second
	sweepPause = time.Millisecond
	maxPause   = 20 * time.Millisecond
	// lateness is the part of a wait by which its end may be seen too late.
	lateness   = 4
	stopRounds = 100
	killRounds = 100
)

// Killed are the processes that one Kill has killed. It is used by one
// goroutine at a time.
type Killed struct {
	table *Table
	known map[identity]bool
}

// identity tells a process from a later one of the same pid.
type identity struct {
	pid     int
	started uint64
}

// Kill ends every process of ours but this one and spare: none of them runs
// another instruction of its own. First all are stopped, so that none can fork
// away or wake another; spare, which may be stopped with them, then goes on.
//
// One may have arranged to be woken (a timer's signal), so it goes on until a
// look finds nothing that was not killed already: who is killed begets nobody.
func (t *Table) Kill(spare int) *Killed {
	k := &Killed{table: t, known: map[identity]bool{}}
	for range killRounds {
		k.stopAll(spare)
		fresh, err := k.killFresh(spare)
		if err != nil && t.all {
			_ = syscall.Kill(-1, syscall.SIGKILL) // blindly, spare with them
		}
		if err != nil || fresh == 0 {
			break
		}
	}
	_ = t.Signal(spare, syscall.SIGCONT)
	return k
}

// killFresh returns how many it has found that it did not know.
func (k *Killed) killFresh(spare int) (int, error) {
	fresh := 0
	err := k.table.each(func(p process) {
		if p.pid == spare || k.known[p.identity] {
			return
		}
		fresh++
		k.known[p.identity] = true
		_ = k.table.Signal(p.pid, syscall.SIGKILL) // it may be gone by now
	})
	return fresh, err
}

// AwaitEnd waits until those killed are gone and have given their memory back,
// and returns how many were left when its time was over.
func (k *Killed) AwaitEnd() int {
	began := time.Now()
	for {
		left := k.left()
		spent := time.Since(began)
		if left == 0 || spent > sweepFor {
			return left
		}
		time.Sleep(min(max(spent/lateness, sweepPause), maxPause))
	}
}

func (k *Killed) left() int {
	left := 0
	for id := range k.known {
		if p, err := read(id.pid); err == nil && p.identity == id && !p.gone() {
			left++
		}
	}
	return left
}

// Others counts the processes of ours that live, were not killed, and are none
// of those expected. It is safe on nil, which has killed nobody: 0.
func (k *Killed) Others(expected ...int) int {
	if k == nil {
		return 0
	}
	others := 0
	_ = k.table.each(func(p process) {
		if !k.known[p.identity] && !slices.Contains(expected, p.pid) {
			others++
		}
	})
	return others
}

// stopAll stops what might fork. For PID 1, one kill(-1) does: Linux sends it
// while nothing can be forked, spares PID 1 and the caller, and lets no fork
// under way escape it (since 4.19). Elsewhere descendants are stopped until no
// new one is found.
func (k *Killed) stopAll(spare int) {
	t := k.table
	if t.all {
		_ = syscall.Kill(-1, syscall.SIGSTOP)
		return
	}
	for range stopRounds {
		running := 0
		err := t.each(func(p process) {
			if p.pid != spare && p.state != 'T' && !k.known[p.identity] {
				running++
				_ = t.Signal(p.pid, syscall.SIGSTOP)
			}
		})
		if err != nil || running == 0 {
			return
		}
	}
}
