package orchestrator

import (
	"context"
	"time"
)

// Usage is what a sandbox takes of the host. A figure that is not known is -1.
type Usage struct {
	State   string // the engine's word, as running or paused
	Started time.Time
	Image   string
	Runtime string
	Memory  int64         // bytes, without file cache that the host would give up first
	Peak    int64         // bytes, the most that was ever held, that cache included
	CPU     time.Duration // worked, over all cores
	Pids    int64         // processes and threads
}

// diskUsage is what a session's folder takes.
type diskUsage struct {
	bytes, files int64
	complete     bool
}

const (
	// usageTime bounds one question to the engine: 2 ms on an idle one where the
	// host's cgroups are in sight, else a second.
	usageTime = 3 * time.Second
	// usageFresh is how long an answer is told again, however many look.
	usageFresh = 900 * time.Millisecond
	// usageAtOnce bounds the questions that are out: an engine answers more no sooner.
	usageAtOnce = 8

	// walkTime bounds one walk through a session's folder.
	walkTime = 5 * time.Second
	// walkFresh is how long its answer is told again, and walkShare how many times
	// as long as the walk took: looking costs a small share of a core whatever
	// code has put there.
	walkFresh = 5 * time.Second
	walkShare = 30
	// walkAtOnce bounds the walks under way.
	walkAtOnce = 2

	// overviewTime is how long an Overview waits for measurements. Those that come
	// later are told by the next.
	overviewTime = 1500 * time.Millisecond
)

// measured is the newest of a figure that is taken now and then, in the
// background. Orchestrator.mu guards it.
type measured[T any] struct {
	value, before T
	at, beforeAt  time.Time // zero for never
	took          time.Duration
	err           error         // of the last attempt
	under         chan struct{} // closes when the attempt under way ends; nil for none
}

// isFresh says whether the newest answer will do.
func (m *measured[T]) isFresh(fresh time.Duration, now time.Time) bool {
	return !m.at.IsZero() && m.err == nil && now.Sub(m.at) < fresh
}

// start begins an attempt unless one is under way. The caller holds o.mu; slots
// bounds those that are out. Nil is returned when the orchestrator is closing.
func (m *measured[T]) start(o *Orchestrator, slots chan struct{}, limit time.Duration, take func(context.Context) (T, error)) <-chan struct{} {
	if m.under != nil || o.closing {
		return m.under
	}
	done := make(chan struct{})
	m.under = done
	o.goOwned(func() {
		defer close(done)
		value, took, err := attempt(o.life, slots, limit, take)
		o.mu.Lock()
		defer o.mu.Unlock()
		m.under, m.err = nil, err
		if err == nil {
			m.before, m.beforeAt = m.value, m.at
			m.value, m.at, m.took = value, time.Now(), took
		}
	})
	return done
}

// attempt waits for a slot and takes the figure within limit.
func attempt[T any](ctx context.Context, slots chan struct{}, limit time.Duration, take func(context.Context) (T, error)) (value T, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return value, 0, ctx.Err()
	}
	defer func() { <-slots }()
	began := time.Now()
	value, err = take(ctx)
	return value, time.Since(began), err
}

// measure has what is not fresh of a session measured anew, and returns what
// closes when that has come. The caller holds mu.
func (o *Orchestrator) measure(s *session, now time.Time) (under []<-chan struct{}) {
	claim := s.claim
	if claim.SandboxID == "" {
		return nil
	}
	if s.kernel != nil && !s.gauges.sandbox.isFresh(usageFresh, now) {
		under = append(under, s.gauges.sandbox.start(o, o.asking, usageTime, func(ctx context.Context) (Usage, error) {
			return o.cfg.Engine.Usage(ctx, claim.SandboxID)
		}))
	}
	d := &s.gauges.disk
	if unchanged := s.kernel == nil && d.err == nil && d.at.After(s.used) && s.line.waiting() == 0; unchanged {
		return under // nobody has been there since
	}
	if !d.isFresh(max(walkFresh, walkShare*d.took), now) {
		under = append(under, d.start(o, o.walking, walkTime, func(ctx context.Context) (diskUsage, error) { return o.walk(ctx, s) }))
	}
	return under
}

// walk adds up a session's folder, and what has come of files in part.
func (o *Orchestrator) walk(ctx context.Context, s *session) (diskUsage, error) {
	folder, err := o.folder(o.claimOf(s))
	if err != nil {
		return diskUsage{}, err
	}
	defer folder.Close()
	sum, err := folder.Usage(ctx)
	if err != nil {
		return diskUsage{}, err
	}
	return diskUsage{sum.Bytes + o.partBytes(s), sum.Files, sum.Complete}, nil
}

// await returns when all have closed, or after limit, or when ctx ends.
func await(ctx context.Context, all []<-chan struct{}, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, one := range all {
		if one == nil {
			continue
		}
		select {
		case <-one:
		case <-ctx.Done():
			return
		}
	}
}
