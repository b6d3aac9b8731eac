package client

import (
	"context"
	"slices"
	"sync"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// lines keep the calls of each session in the order they came: a call is sent
// once the executor has said of the one before that it is in line there.
type lines struct {
	mu sync.Mutex
	of map[orchestrator.Ref][]*place // the first of each may be sent
}

// place is a call's.
type place struct{ first chan struct{} } // closed when it is

// join takes a place behind the session's other calls, and returns when it is
// its turn to be sent. follow lets the next one be sent; it may be called more
// than once. Nobody is waited for longer than an executor may be silent.
func (l *lines) join(ctx context.Context, ref orchestrator.Ref) (follow func(), err error) {
	p := l.enter(ref)
	follow = sync.OnceFunc(func() { l.leave(ref, p) })
	ctx, cancel := context.WithTimeoutCause(ctx, protocol.Silence, errSilent)
	defer cancel()
	select {
	case <-p.first:
		return follow, nil
	case <-ctx.Done():
	}
	follow()
	if context.Cause(ctx) == errSilent {
		return nil, (&fault{mended: true, reason: "it does not take the session's calls", cause: errSilent}).told()
	}
	return nil, orchestrator.Hide(orchestrator.CodeCancelled, ctx.Err(), "given up before it was sent; nothing was done")
}

func (l *lines) enter(ref orchestrator.Ref) *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[orchestrator.Ref][]*place{}
	}
	p := &place{make(chan struct{})}
	if l.of[ref] = append(l.of[ref], p); len(l.of[ref]) == 1 {
		close(p.first)
	}
	return p
}

func (l *lines) leave(ref orchestrator.Ref, p *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.of[ref]
	i := slices.Index(all, p)
	all = slices.Delete(all, i, i+1)
	if len(all) == 0 {
		delete(l.of, ref)
		return
	}
	if l.of[ref] = all; i == 0 {
		close(all[0].first)
	}
}
