package orchestrator

import (
	"context"
	"time"
)

// spare is a sandbox that nobody has claimed: nothing of a caller was in it.
type spare struct {
	id     string
	uid    int
	kernel Kernel
}

// pool holds the spares. It is guarded by Orchestrator.mu.
type pool struct {
	spares []spare
	wake   chan struct{} // one is kept: a spare was taken or died
}

// spareRetry is how long after a failure the next spare is tried: an engine
// that is away is not asked in a loop.
const spareRetry = 5 * time.Second

// keepSpares keeps WarmSandboxes spares ready until the orchestrator's end.
func (o *Orchestrator) keepSpares() {
	for {
		var retry <-chan time.Time
		if o.sparesReady() < o.cfg.Limits.WarmSandboxes && !o.isClosing() {
			if err := o.addSpare(); err != nil && o.isClosing() {
				return // given up because of the end: nothing is amiss
			} else if err != nil {
				o.log.Warn("no spare sandbox", "error", err, "cause", AsError(err).Err)
				retry = time.After(spareRetry)
			} else {
				continue
			}
		}
		select {
		case <-o.pool.wake:
		case <-retry:
		case <-o.life.Done():
			return
		}
	}
}

func (o *Orchestrator) sparesReady() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pool.spares)
}

func (o *Orchestrator) addSpare() error {
	ctx, cancel := context.WithTimeout(o.life, startTimeout)
	defer cancel()
	s, err := o.makeSpare(ctx)
	if err != nil {
		return err
	}
	o.mu.Lock()
	keep := !o.closing
	if keep {
		o.pool.spares = append(o.pool.spares, s)
		o.goOwned(func() { o.watchSpare(s) })
	}
	o.mu.Unlock()
	if !keep {
		o.discardSpare(s)
	}
	return nil
}

// watchSpare drops a spare that dies before anyone took it.
func (o *Orchestrator) watchSpare(s spare) {
	select {
	case <-s.kernel.Done():
	case <-o.life.Done():
		return
	}
	if !o.pullSpare(s.id) {
		return
	}
	o.discardSpare(s)
	select { // a spare that dies at once is not replaced in a loop
	case <-time.After(spareRetry):
		signal(o.pool.wake)
	case <-o.life.Done():
	}
}

// pullSpare takes a certain spare out of the pool; false if it was not there.
func (o *Orchestrator) pullSpare(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, s := range o.pool.spares {
		if s.id == id {
			o.pool.spares = append(o.pool.spares[:i], o.pool.spares[i+1:]...)
			return true
		}
	}
	return false
}

// takeSpare returns the oldest spare, the warmest, or makes a new sandbox.
func (o *Orchestrator) takeSpare(ctx context.Context) (spare, error) {
	o.mu.Lock()
	var taken spare
	if len(o.pool.spares) > 0 {
		taken = o.pool.spares[0]
		o.pool.spares = o.pool.spares[1:]
	}
	o.mu.Unlock()
	if taken.kernel == nil {
		return o.makeSpare(ctx)
	}
	signal(o.pool.wake)
	return taken, nil
}

func (o *Orchestrator) makeSpare(ctx context.Context) (spare, error) {
	id, uid, err := o.newSandbox()
	if err != nil {
		return spare{}, err
	}
	k, err := o.boot(ctx, id, uid)
	if err != nil {
		o.discardUnclaimed(id, uid, nil)
		return spare{}, err
	}
	return spare{id, uid, k}, nil
}

func (o *Orchestrator) discardSpare(s spare) {
	o.discardUnclaimed(s.id, s.uid, s.kernel)
}

// newSandbox takes an id and a uid that no other has, and makes the folder.
func (o *Orchestrator) newSandbox() (id string, uid int, err error) {
	id = randomHex(8)
	uid, err = o.takeUID()
	if err != nil {
		return "", 0, err
	}
	if _, err := o.cfg.Workspace.NewSandbox(id); err != nil {
		o.freeUID(uid)
		return "", 0, fileError(err)
	}
	return id, uid, nil
}

func (o *Orchestrator) takeUID() (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for uid := FirstUID; uid < FirstUID+UIDCount; uid++ {
		if !o.uids[uid] {
			o.uids[uid] = true
			return uid, nil
		}
	}
	return 0, Errorf(CodeBusy, "the server keeps the files of %d sessions, the most it can; delete_session those no longer needed", UIDCount)
}

func (o *Orchestrator) freeUID(uid int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.uids, uid)
}
