package proc

import (
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
	stopRounds = 100
)

// Kill ends every process of ours but this one and spare: none of them runs
// another instruction of its own. First all are stopped, so that none can fork
// away or wake another; spare, which may be stopped with them, then goes on.
func (t *Table) Kill(spare int) {
	t.stopAll(spare)
	if _, err := t.killAll(spare); err != nil && t.all {
		_ = syscall.Kill(-1, syscall.SIGKILL) // blindly, spare with them
	}
	_ = t.Signal(spare, syscall.SIGCONT)
}

// AwaitEnd waits until what Kill has killed is gone, and returns how many
// processes were left when its time was over.
func (t *Table) AwaitEnd(spare int) int {
	wait := sweepPause
	for end := time.Now().Add(sweepFor); ; {
		left, err := t.killAll(spare)
		if err != nil || left == 0 || time.Now().After(end) {
			return left
		}
		time.Sleep(wait)
		wait = min(2*wait, maxPause)
	}
}

// killAll returns how many it has found.
func (t *Table) killAll(spare int) (int, error) {
	found := 0
	err := t.each(spare, func(p process) {
		found++
		_ = t.Signal(p.pid, syscall.SIGKILL) // it may be gone by now
	})
	return found, err
}

// stopAll stops what might fork. For PID 1, one kill(-1) does: Linux sends it
// while nothing can be forked, spares PID 1 and the caller, and lets no fork
// under way escape it (since 4.19). Elsewhere descendants are stopped until no
// new one is found.
func (t *Table) stopAll(spare int) {
	if t.all {
		_ = syscall.Kill(-1, syscall.SIGSTOP)
		return
	}
	for range stopRounds {
		running := 0
		err := t.each(spare, func(p process) {
			if p.state != 'T' {
				running++
				_ = t.Signal(p.pid, syscall.SIGSTOP)
			}
		})
		if err != nil || running == 0 {
			return
		}
	}
}
