package changes

import (
	"io/fs"
	"syscall"
	"time"
	"unsafe"
)

const (
	// clockGrain is how far a file's time may lie before the true one: the
	// kernel stamps files with its last tick, at most 10 ms ago.
	clockGrain = 10 * time.Millisecond
	// coarse is CLOCK_REALTIME_COARSE of clock_gettime(2): the last tick.
	coarse = 5
)

// moment is when something began.
type moment struct {
	clock time.Time // no earlier change has a later time
	stamp time.Time // the tick then: no later change has an earlier time
}

func now() moment {
	m := moment{clock: time.Now()}
	m.stamp = m.clock
	var t syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, coarse, uintptr(unsafe.Pointer(&t)), 0); errno == 0 {
		m.stamp = time.Unix(t.Unix())
	}
	return m
}

// earliest is the least time that a later change may have whoever stamps it:
// below gVisor it is another kernel, by its own tick.
func (m moment) earliest() time.Time { return m.clock.Add(-clockGrain) }

// changeTime is a file's status change time.
func changeTime(info fs.FileInfo) time.Time {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.ModTime()
	}
	return time.Unix(stat.Ctim.Unix())
}
