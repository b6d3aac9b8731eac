package orchestrator

import (
	"context"
	"time"

	"power-interpreter/internal/workspace"
)

// startTimeout bounds a sandbox's way from nothing to a waiting kernel:
// container 0.2 s and lean kernel under a second where nothing else runs,
// 10 s under gVisor, more on a host that six sessions keep busy.
const startTimeout = 60 * time.Second

// ready returns the session's kernel: the one it has, a spare's, or a new
// sandbox's on the session's own folder. The caller holds the kernel's turn.
func (o *Orchestrator) ready(s *session) (Kernel, error) {
	k, err := o.current(s)
	if err != nil {
		return nil, err
	}
	if k != nil && !isGone(k) {
		return k, nil
	}
	if k != nil { // it went away between calls, and this one is the first to meet that
		o.bury(s, k)
	}
	ctx, cancel := context.WithTimeout(o.life, startTimeout)
	defer cancel()
	if err := o.makeRoom(s); err != nil {
		return nil, err
	}
	if k, err = o.obtain(ctx, s); err != nil {
		o.freePlace(s)
		return nil, err
	}
	return k, nil
}

func isGone(k Kernel) bool {
	select {
	case <-k.Done():
		return true
	default:
		return false
	}
}

// current returns the kernel that the session has, nil for none.
func (o *Orchestrator) current(s *session) (Kernel, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.deleted {
		return nil, errDeleted(s)
	}
	return s.kernel, nil
}

// obtain gets a session that has no kernel one.
func (o *Orchestrator) obtain(ctx context.Context, s *session) (Kernel, error) {
	o.setStarting(s, true)
	defer o.setStarting(s, false)
	var k Kernel
	var err error
	if s.claim.SandboxID == "" {
		k, err = o.claimSpare(ctx, s)
	} else {
		k, err = o.reboot(ctx, s.claim.SandboxID, s.claim.UID)
	}
	if err != nil {
		return nil, err
	}
	if err := k.Open(ctx, o.opening(s)); err != nil {
		_ = o.scrap(s.claim.SandboxID, k) // the next start of it removes it first
		return nil, err
	}
	return k, o.seat(s, k)
}

// seat gives the session its kernel and watches it from then on.
func (o *Orchestrator) seat(s *session, k Kernel) error {
	o.mu.Lock()
	closing, gone := o.closing, s.deleted || o.closing
	if !gone {
		s.kernel = k
		s.used = time.Now()
		o.goOwned(func() { o.attend(s, k) }) // counted before Close can wait
	}
	o.mu.Unlock()
	switch {
	case !gone:
		return nil
	case closing:
		_ = k.Close() // claimed: the next start adopts it
		return errClosing()
	default:
		_ = o.scrap(s.claim.SandboxID, k) // the next start of it removes it first
		return errDeleted(s)
	}
}

func (o *Orchestrator) setStarting(s *session, starting bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.starting = starting
}

// claimSpare makes a spare sandbox the session's: the claim first, on disk, so
// that after a crash it is known whose folder and kernel they are.
func (o *Orchestrator) claimSpare(ctx context.Context, s *session) (Kernel, error) {
	spare, err := o.takeSpare(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.claim(s, spare.id, spare.uid); err != nil {
		o.discardSpare(spare)
		return nil, err
	}
	return spare.kernel, nil
}

// claim records that the sandbox's folder and uid are the session's, and makes
// its folder in it.
func (o *Orchestrator) claim(s *session, id string, uid int) error {
	claim := workspace.Claim{
		SandboxID: id, UID: uid, Owner: s.ref.Owner, SessionID: s.ref.ID,
		Nonce: randomHex(16), CreatedAt: s.created.UTC(),
	}
	err := o.cfg.Workspace.WriteClaim(claim)
	if err == nil {
		err = o.cfg.Workspace.MakeSession(id, s.ref.ID, uid)
	}
	if err != nil {
		_ = o.cfg.Workspace.RemoveClaim(id) // half a claim is none
		return fileError(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	s.claim = claim
	s.claimed()
	return nil
}

// settle gives a session that has no folder one: with a waiting spare if there
// is one and room for it, so that the first cell finds its kernel. The caller
// holds the kernel's turn.
func (o *Orchestrator) settle(s *session) error {
	if o.spareAndRoom() {
		_, err := o.ready(s)
		if err == nil || o.claimOf(s).SandboxID != "" {
			return nil
		}
	}
	id, uid, err := o.newSandbox()
	if err != nil {
		return err
	}
	if err := o.claim(s, id, uid); err != nil {
		o.discardUnclaimed(id, uid, nil)
		return err
	}
	return nil
}

func (o *Orchestrator) spareAndRoom() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pool.spares) > 0 && o.held < o.cfg.Limits.MaxSessions
}

// reboot starts a session's sandbox on its folder anew. What an earlier one on
// that folder left is removed first.
func (o *Orchestrator) reboot(ctx context.Context, id string, uid int) (Kernel, error) {
	if err := o.cfg.Engine.Remove(ctx, id); err != nil {
		o.countStart(0, err)
		return nil, err
	}
	return o.boot(ctx, id, uid)
}

// boot starts a sandbox, of which the engine has none by that id, on a folder of
// its own, and greets its runner.
func (o *Orchestrator) boot(ctx context.Context, id string, uid int) (k Kernel, err error) {
	began := time.Now()
	defer func() { o.countStart(time.Since(began), err) }()
	host, err := o.cfg.Workspace.SandboxPath(id)
	if err != nil {
		return nil, fileError(err)
	}
	runner, err := o.cfg.Engine.Check(ctx)
	if err != nil {
		return nil, err
	}
	spec := Spec{
		ID: id, UID: uid, Folder: host, Image: o.cfg.Image, Runner: runner, Runtime: o.cfg.Runtime,
		DataDir: o.cfg.Workspace.Dir(), Limits: o.cfg.Limits.Sandbox,
	}
	if err := o.cfg.Engine.Start(ctx, spec); err != nil {
		return nil, err
	}
	if k, err = o.greet(ctx, id, uid); err != nil {
		_ = o.scrap(id, nil) // the next start of it removes it first
		return nil, err
	}
	return k, nil
}

func (o *Orchestrator) greet(ctx context.Context, id string, uid int) (Kernel, error) {
	stream, err := o.cfg.Engine.Attach(ctx, id)
	if err != nil {
		return nil, err
	}
	return o.cfg.Dial(ctx, stream, o.door(id, uid))
}

// door opens a way past the engine, whose copying costs a call more than all
// else that is not Python. Where there is none, the engine's stream does.
func (o *Orchestrator) door(id string, uid int) *Door {
	d, err := o.cfg.Workspace.NewDoor(id, uid)
	if err != nil {
		o.log.Warn("the sandbox is reached through the engine only, which is slower", "sandbox_id", id, "error", err)
		return nil
	}
	return &Door{Listener: d, Path: DataFolder + "/" + d.Name}
}

// opening is what the session's runner is told of it.
func (o *Orchestrator) opening(s *session) Opening {
	return Opening{Session: s.ref.ID, OutputChars: o.cfg.Limits.MaxOutputChars, Disk: o.cfg.Limits.Sandbox.Disk}
}
