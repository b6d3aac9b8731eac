package proc

import (
	"syscall"
	"time"
)

// Bounds of a sweep. A process that has been killed may need a while to give
// gigabytes back; one that hangs in the kernel must not hold us for ever.
const (
	sweepFor   = 5 * time.Second
	sweepPause = time.Millisecond
	maxPause   = 20 * time.Millisecond
	stopRounds = 100
)

// Sweep ends every process of ours but this one and spare, and returns how
// many were left when its time was over. First all are stopped, so that none
// can fork away or wake another; spare, which may be stopped with them, goes on
// at the end.
func (t *Table) Sweep(spare int) int {
	t.stopAll(spare)
	defer t.goOn(spare)
	wait := sweepPause
	for end := time.Now().Add(sweepFor); ; {
		left := 0
		err := t.each(spare, func(p process) {
			left++
			_ = t.Signal(p.pid, syscall.SIGKILL) // it may be gone by now
		})
		if err != nil {
			return t.killBlindly()
		}
		if left == 0 || time.Now().After(end) {
			return left
		}
		time.Sleep(wait)
		wait = min(2*wait, maxPause)
	}
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

func (t *Table) goOn(spare int) { _ = t.Signal(spare, syscall.SIGCONT) }

// killBlindly is for PID 1 when /proc cannot be read: it ends spare too.
func (t *Table) killBlindly() int {
	if t.all {
		_ = syscall.Kill(-1, syscall.SIGKILL)
	}
	return 0
}
