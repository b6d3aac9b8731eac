package storm

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// warmShare is the part of a soak before the first measurement: a fourth, by
	// which the server's pools and caches are filled.
	warmShare = 4
	// What may be more at the end than at the first measurement. Descriptors:
	// the streams of a session, and the events' and the record's.
	moreDescriptors = 10
	moreThreads     = 10
	// The executions kept in memory grow to a bound (orchestrator/job.go); a leak
	// of a kilobyte a call would be more.
	moreKiB = 32 << 10
	// The record of executions keeps the newest.
	moreDiskKiB = 16 << 10
)

// Soak makes at least so many calls, in sessions that it makes and deletes
// again, and wants nothing to grow.
func (s *Storm) Soak(ctx context.Context, calls, sessions int) error {
	s.Lull()
	each := max(1, calls/max(1, sessions))
	s.part(ctx, sessions/warmShare, each)
	first, err := s.sample(ctx)
	if err != nil {
		return err
	}
	s.part(ctx, sessions-sessions/warmShare, each)
	last, err := s.sample(ctx)
	if err != nil {
		return err
	}
	made := 0
	for _, w := range s.workers {
		made += w.calls
	}
	s.log.Note("soak: %s, then %s", first, last)
	s.figures.Soak = fmt.Sprintf("%d calls and %d sessions made and deleted: %s, then %s", made, sessions, first, last)
	for _, grown := range []struct {
		what      string
		by, bound int
	}{
		{"descriptors", last.Descriptors - first.Descriptors, moreDescriptors},
		{"threads", last.Threads - first.Threads, moreThreads},
		{"KiB of memory", last.KiB - first.KiB, moreKiB},
		{"KiB on disk", last.disk - first.disk, moreDiskKiB},
		{"containers", last.containers - first.containers, mostSpares},
	} {
		if grown.by > grown.bound {
			s.Fault("%d %s more after the soak, where %d may be", grown.by, grown.what, grown.bound)
		}
	}
	return nil
}

// part has the clients make so many sessions, with so many acts in each.
func (s *Storm) part(ctx context.Context, sessions, each int) {
	turns := make(chan struct{}, sessions)
	for range sessions {
		turns <- struct{}{}
	}
	close(turns)
	var working sync.WaitGroup
	for _, w := range s.workers {
		working.Go(func() {
			for range turns {
				for n := 0; n < each && ctx.Err() == nil; n++ {
					w.act()
				}
				w.delete()
			}
		})
	}
	working.Wait()
}

// sample is what the server takes while nothing is under way.
type sample struct {
	Process
	disk       int // KiB of the data folder
	containers int
}

func (s sample) String() string {
	return fmt.Sprintf("%d descriptors, %d threads, %d MiB, %d KiB on disk, %d containers", s.Descriptors, s.Threads, s.KiB>>10, s.disk, s.containers)
}

// restPause lets the spare that the last session took be replaced.
const restPause = 3 * time.Second

func (s *Storm) sample(ctx context.Context) (sample, error) {
	time.Sleep(restPause)
	out, err := exec.CommandContext(ctx, "du", "--summarize", "--block-size=1K", filepath.Clean(s.cfg.DataDir)).Output()
	if err != nil {
		return sample{}, fmt.Errorf("measuring the data folder: %w", err)
	}
	field, _, _ := strings.Cut(string(out), "\t")
	disk, err := strconv.Atoi(field)
	if err != nil {
		return sample{}, err
	}
	found, err := s.engine.sandboxes(ctx)
	return sample{processOf(s.Server.PID()), disk, len(found)}, err
}
