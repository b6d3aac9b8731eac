// Package orchestrator lends each session a sandbox and runs its code there.
// It holds the rules; what it moves is behind ports: Engine (containers),
// Kernel (the live namespace) and Fetcher (downloads).
package orchestrator

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"power-interpreter/internal/workspace"
)

// Dialer greets the runner behind an attached stream and takes the stream over,
// and the door, unless it is nil, at which the runner may answer instead.
type Dialer func(ctx context.Context, stream io.ReadWriteCloser, door *Door) (Kernel, error)

// Door is a socket in a sandbox through which its runner can reach this process
// without the engine in between.
type Door struct {
	net.Listener
	Path string // the socket's, as the runner sees it
}

// Config is what an Orchestrator is made of. Everything is required but
// Runtime.
type Config struct {
	Limits    Limits
	Image     string // the sandbox image
	Runtime   string // the engine's runtime, empty for its default
	Engine    Engine
	Dial      Dialer
	Workspace *workspace.Root // closed by whoever opened it, after Close
	Store     Store           // likewise
	Fetcher   Fetcher
	Logger    *slog.Logger
}

// Orchestrator is the Service in this process. Start it before the first
// call, Close it after the last.
type Orchestrator struct {
	cfg Config
	log *slog.Logger
	// life ends when Close has waited long enough; every goroutine that this
	// package starts is counted in owned and ends with it.
	life  context.Context
	end   context.CancelFunc
	owned sync.WaitGroup
	// ledgerDone closes when nothing more is written.
	ledgerDone chan struct{}
	// made is when the engine has made what an earlier run asked for; zero if it
	// had nothing to make. Start sets it.
	made time.Time

	mu         sync.Mutex // guards what follows and all of session and execution; never held across I/O
	closing    bool
	sessions   map[Ref]*session
	executions map[string]*execution
	order      []*execution    // the oldest first
	keptBytes  int             // what ended executions hold
	ids        map[string]bool // of executions in the store
	ledger     ledger
	held       int // places of MaxSessions taken
	counts     counts
	words      map[Ref]word   // for sessions that are not there
	uids       map[int]bool   // taken by claims, spares and starts under way
	strays     map[string]int // uids of sandboxes that could not be removed yet
	pool       pool

	asking  chan struct{} // slots for questions to the engine about usage
	walking chan struct{} // slots for walks through folders
}

// session is what the orchestrator knows of one.
type session struct {
	ref     Ref
	line    line
	life    context.Context // ends when the session is deleted
	end     context.CancelFunc
	created time.Time
	used    time.Time // last call's end
	// claim is zero until its folder is made; unclaimed ends then.
	unclaimed context.Context
	claimed   context.CancelFunc
	claim     workspace.Claim
	kernel    Kernel // nil without a sandbox
	holds     bool   // a place of MaxSessions
	starting  bool
	deleted   bool
	running   *execution
	// brought are the files that callers put there while running runs.
	brought  map[string]Artifact
	parts    map[string]*part // by name: files that have come in part
	notices  []string
	datasets []Dataset // the last known
	handle   string    // stands for the internal id until there is a claim
	tally    Tally
	death    *LastDeath
	gauges   gauges
}

var (
	_ Service        = (*Orchestrator)(nil)
	_ Administration = (*Orchestrator)(nil)
)

// New returns an Orchestrator that has not started anything.
func New(cfg Config) *Orchestrator {
	life, end := context.WithCancel(context.Background())
	return &Orchestrator{
		cfg: cfg, log: cfg.Logger, life: life, end: end,
		sessions:   map[Ref]*session{},
		executions: map[string]*execution{},
		uids:       map[int]bool{},
		strays:     map[string]int{},
		ids:        map[string]bool{},
		ledger:     newLedger(),
		ledgerDone: make(chan struct{}),
		pool:       pool{wake: make(chan struct{}, 1)},
		counts:     newCounts(),
		words:      map[Ref]word{},
		asking:     make(chan struct{}, usageAtOnce),
		walking:    make(chan struct{}, walkAtOnce),
	}
}

// Start adopts or removes what an earlier run left, then keeps spares ready,
// sessions tidy and the engine watched until Close.
func (o *Orchestrator) Start(ctx context.Context) error {
	if err := o.adopt(ctx); err != nil {
		close(o.ledgerDone)
		return err
	}
	for _, loop := range []func(){o.keepLedger, o.keepSpares, o.reap, o.watchExits} {
		o.goOwned(loop)
	}
	return nil
}

// goOwned starts a goroutine that Close waits for.
func (o *Orchestrator) goOwned(f func()) {
	o.owned.Add(1)
	go func() {
		defer o.owned.Done()
		f()
	}()
}

// session returns the owner's session, made if it is new.
func (o *Orchestrator) session(ref Ref) (*session, error) {
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing {
		return nil, errClosing()
	}
	if s := o.sessions[ref]; s != nil {
		return s, nil
	}
	if o.known(ref.Owner) >= maxSessionsKnown {
		return nil, Errorf(CodeBusy, "you have %d sessions, the most that are kept; delete_session those no longer needed", maxSessionsKnown)
	}
	s := o.newSession(ref)
	o.sessions[ref] = s
	o.inherit(s)
	return s, nil
}

func (o *Orchestrator) newSession(ref Ref) *session {
	s := &session{ref: ref, created: time.Now(), used: time.Now(), handle: randomHex(8)}
	s.life, s.end = context.WithCancel(o.life)
	s.unclaimed, s.claimed = context.WithCancel(s.life)
	return s
}

// lookup returns the owner's session, nil if there is none: looking makes nothing.
func (o *Orchestrator) lookup(ref Ref) (*session, error) {
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sessions[ref], nil
}

// touch notes that the session is in use.
func (o *Orchestrator) touch(s *session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noteUse(s)
}

func errClosing() error {
	return Errorf(CodeUnavailable, "the server is stopping; try again in a few seconds")
}

// maxSessionsKnown bounds an owner's sessions, running or not: each has a
// folder and a uid.
const maxSessionsKnown = 500

func (o *Orchestrator) known(owner string) (n int) {
	for ref := range o.sessions {
		if ref.Owner == owner {
			n++
		}
	}
	return n
}

// Settings are the bounds that callers see.
func (o *Orchestrator) Settings() Settings {
	return Settings{
		MaxOutputChars: o.cfg.Limits.MaxOutputChars,
		JobTimeoutMax:  o.cfg.Limits.JobTimeoutMax,
		MaxUpload:      o.cfg.Limits.MaxUpload,
		Sandbox:        o.cfg.Limits.Sandbox,
	}
}

// Health returns nil while sandboxes can be made and what they do be recorded.
func (o *Orchestrator) Health(ctx context.Context) error {
	o.mu.Lock()
	failing := o.ledger.failing
	o.mu.Unlock()
	if failing != nil {
		return failing
	}
	free, err := o.cfg.Workspace.Free()
	if err != nil {
		return fileError(err)
	}
	if free < minFree {
		return Errorf(CodeUnavailable, "the server's disk is full, %s are left: delete_session what is not needed, or free some for SANDBOX_DATA_DIR", humanize.IBytes(uint64(free)))
	}
	_, err = o.cfg.Engine.Check(ctx)
	return err
}

// minFree is what claims, records and a cell's small files need of the data
// folder's disk; below, new sessions and uploads begin to fail.
const minFree = 8 << 20

// folder opens the session's folder. The caller closes it.
func (o *Orchestrator) folder(claim workspace.Claim) (*workspace.Folder, error) {
	f, err := o.cfg.Workspace.Session(claim.SandboxID, claim.SessionID)
	if err != nil {
		return nil, fileError(err)
	}
	return f, nil
}
