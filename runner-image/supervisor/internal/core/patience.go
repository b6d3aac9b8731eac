package core

import "time"

// Patience holds how long the supervisor waits for what.
type Patience struct {
	// Ping is the time between two signs of life asked of the zygote. It is
	// replaced after ColdMisses unanswered ones while it imports, one import
	// of which may take seconds, and after WarmMisses afterwards.
	Ping                   time.Duration
	ColdMisses, WarmMisses int
	// Fork bounds a warm zygote's answer to a fork request (5 ms in health).
	Fork time.Duration
	// Birth bounds the time from a fork request to a kernel that waits, also
	// of a zygote that is still starting.
	Birth time.Duration
	// Open bounds a kernel's answer to an open, which is a chdir.
	Open time.Duration
	// Status bounds the wait for the exit status of a kernel that is gone.
	Status time.Duration
	// Start bounds the wait of a run for a kernel.
	Start time.Duration
	// Retry is the pause before a failed start is tried again, at first; it
	// doubles up to MaxRetry.
	Retry, MaxRetry time.Duration
}

// DefaultPatience suits a container, also one below gVisor, where importing
// the stack takes 10 s.
func DefaultPatience() Patience {
	return Patience{
		Ping:       5 * time.Second,
		ColdMisses: 12,
		WarmMisses: 2,
		Fork:       3 * time.Second,
		Birth:      90 * time.Second,
		Open:       10 * time.Second,
		Status:     time.Second,
		Start:      120 * time.Second,
		Retry:      100 * time.Millisecond,
		MaxRetry:   5 * time.Second,
	}
}
