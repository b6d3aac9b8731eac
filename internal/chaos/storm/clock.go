package storm

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix" // clock_settime, which package syscall lacks
)

// turn is how far the clock jumps: further than any session may idle, less far
// than files are kept.
const turn = 3 * time.Hour

// TurnClock sets the machine's clock on, and then back: nothing may end by it.
func (s *Storm) TurnClock(ctx context.Context) error {
	for _, a := range []struct {
		name string
		by   time.Duration
	}{{"the clock turned on", turn}, {"the clock turned back", -turn}} {
		right := time.Now() // and how long ago that was, whatever the clock says
		err := s.play(ctx, act{name: a.name,
			begin: func(context.Context) error { return setClock(time.Now().Add(a.by)) },
			end:   func(context.Context) error { return setClock(right.Round(0).Add(time.Since(right))) },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func setClock(to time.Time) error {
	now := unix.NsecToTimespec(to.UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &now); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	return nil
}
