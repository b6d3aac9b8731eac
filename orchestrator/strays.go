package orchestrator

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	// removeTimeout bounds the removal of one sandbox by the engine.
	removeTimeout = 30 * time.Second
	// strayTimeout is that of one which could not be removed before: it is tried
	// again at the reaper's next round.
	strayTimeout = 5 * time.Second
)

// scrap has the engine remove a sandbox. Its folder stays.
func (o *Orchestrator) scrap(id string, k Kernel) error {
	if k != nil {
		_ = k.Close() // a broken stream is why we are here, often
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(o.life), removeTimeout)
	defer cancel()
	err := o.cfg.Engine.Remove(ctx, id)
	if err != nil {
		o.log.Error("a sandbox remains for now", "sandbox_id", id, "error", err)
	}
	return err
}

// dispose removes a sandbox and all it has on disk. Where the engine cannot
// remove it, the rest waits: nothing is deleted, and no uid given again, under a
// container that may live.
func (o *Orchestrator) dispose(id string, uid int, k Kernel) error {
	if o.scrap(id, k) != nil {
		o.mu.Lock()
		o.strays[id] = uid
		o.mu.Unlock()
		return nil
	}
	return o.clear(id, uid)
}

// clear deletes the folder and the claim of a sandbox that is gone, and frees its uid.
func (o *Orchestrator) clear(id string, uid int) error {
	if err := o.cfg.Workspace.RemoveSandbox(id); err != nil {
		return fileError(err)
	}
	if err := o.cfg.Workspace.RemoveClaim(id); err != nil {
		return fileError(err)
	}
	o.freeUID(uid)
	return nil
}

// discardUnclaimed discards a sandbox that is no session's.
func (o *Orchestrator) discardUnclaimed(id string, uid int, k Kernel) {
	if err := o.dispose(id, uid, k); err != nil { // the uid stays taken: files of it remain
		o.log.Error("a folder remains; it is removed at the next start", "sandbox_id", id, "error", err)
	}
}

// removeStrays tries again to remove what could not be removed, and containers
// that have no folder. Ours are made after their folder and removed before it; an
// engine may still finish one that an earlier run of this program, killed
// meanwhile, had asked for. One that cannot be removed holds no other up.
func (o *Orchestrator) removeStrays() {
	ctx, cancel := context.WithTimeout(o.life, strayTimeout)
	defer cancel()
	found, err := o.cfg.Engine.List(ctx, o.cfg.Workspace.Dir())
	if err != nil {
		return // health tells of the engine
	}
	var all sync.WaitGroup
	for id, uid := range o.knownStrays() {
		all.Go(func() { o.removeStray(ctx, id, uid) })
	}
	for _, s := range found {
		if _, err := o.cfg.Workspace.SandboxPath(s.ID); err != nil && AsError(fileError(err)).Code == CodeNotFound {
			all.Go(func() { o.removeStray(ctx, s.ID, s.UID) })
		}
	}
	all.Wait()
}

// makeTime is how long an engine under load may go on making a sandbox for a
// process that was killed: some milliseconds, where nothing else runs.
const makeTime = 2 * time.Second

// noteHalfMade notes whether the engine may still be making a sandbox for an
// earlier run that was killed: there is a folder, and no container that it lists.
func (o *Orchestrator) noteHalfMade(listed map[string]bool) error {
	folders, err := o.cfg.Workspace.Sandboxes()
	if err != nil {
		return fileError(err)
	}
	for _, id := range folders {
		if _, made := listed[id]; !made {
			o.made = time.Now().Add(makeTime)
		}
	}
	return nil
}

// removeHalfMade removes what the engine has made for an earlier run since this
// one began. No folder may be left that a sandbox is to be kept for.
func (o *Orchestrator) removeHalfMade() {
	if o.made.IsZero() {
		return
	}
	time.Sleep(time.Until(o.made))
	o.removeStrays()
}

// removeLeft removes a sandbox that an earlier run has left, or keeps it and its
// uid in mind.
func (o *Orchestrator) removeLeft(ctx context.Context, s Sandbox) error {
	ctx, cancel := context.WithTimeout(ctx, strayTimeout)
	defer cancel()
	err := o.cfg.Engine.Remove(ctx, s.ID)
	if err != nil {
		o.mu.Lock()
		o.strays[s.ID], o.uids[s.UID] = s.UID, true
		o.mu.Unlock()
	}
	return err
}

// knownStrays are the uids of sandboxes to be removed, by their ids.
func (o *Orchestrator) knownStrays() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.strays)
}

func (o *Orchestrator) removeStray(ctx context.Context, id string, uid int) {
	err := o.cfg.Engine.Remove(ctx, id)
	if err == nil {
		err = o.clear(id, uid)
	}
	if err != nil {
		o.log.Warn("a stray sandbox remains", "sandbox_id", id, "error", err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.strays, id)
}
