package doctor

import (
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
)

// Facts are all that the checks judge.
type Facts struct {
	Config   *config.Config // checked, as far as it could be
	Refused  []string       // settings that keep the server from starting
	Misspelt []config.Misspelt
	UID      int   // of this process
	Inside   bool  // this process is in a container itself
	PlaceErr error // why the engine's host does not have the data folder

	Port     Port
	Executor Executor

	Socket    Socket
	Engine    docker.Facts
	EngineErr error // why the engine told nothing
	Image     docker.ImageFacts
	ImageErr  error

	Folder  Folder
	Host    Host
	Now     time.Time // when the engine's clock was read
	Sandbox Sandbox
}

// Port is what stands where the server would listen.
type Port struct {
	Free   bool
	Err    error  // why it cannot be had
	Taken  bool   // somebody listens there
	Server string // the version, if it is a Power Interpreter
	Status string // of its /health
	Reason string // why that is not ok
}

// Executor is the orchestrator elsewhere, if EXECUTOR_URL is set.
type Executor struct {
	URL    string // without a user or password
	Begins bool   // nobody listens there, and serve starts one
	Err    error
	Asked  bool
}

// SocketState is how far a connection to the engine's socket got.
type SocketState string

// The states of a socket.
const (
	SocketAnswers SocketState = "answers"
	SocketAbsent  SocketState = "absent"
	SocketDenied  SocketState = "denied"
	SocketStale   SocketState = "stale"  // there, and nobody listens
	SocketNone    SocketState = "none"   // a file that is no socket
	SocketHangs   SocketState = "hangs"  // accepts, or not even that, and says nothing
	SocketForeign SocketState = "remote" // DOCKER_HOST is none of this host
	SocketBroken  SocketState = "broken"
)

// Socket is where the engine should listen.
type Socket struct {
	Path  string
	State SocketState
	Took  time.Duration // to the first answer
	Err   error
}

// Folder is the data folder.
type Folder struct {
	Path   string
	Exists bool
	Err    error  // why it cannot be looked at, or is no folder
	Parent string // the nearest folder above that exists
	Owner  int
	Mode   string // as "drwx------"
	Others int    // entries in a folder that no server has used yet
	Tmp    bool   // one of them is tmp, which a server empties

	Type    string // of its file system, as "ext4"; empty if untold
	Mount   string // where that is mounted
	Options []string
	Free    int64 // bytes that this process may still write
	Total   int64
	Inodes  int64 // free ones; -1 where the file system has no such count

	Tried    bool // whether a probe was made
	Made     error
	Chown    error
	Override error
	Owned    error // FOWNER

	Holder int // process of the server that holds it; 0 for none, -1 for one that cannot be seen
}

// Host is what this host and process have. Counts are 0 where untold.
type Host struct {
	Memory, Available, Swap int64 // bytes
	PIDs, Threads           int64 // kernel.pid_max and kernel.threads-max
	Descriptors             int64 // of this process (RLIMIT_NOFILE, hard)
	Watches, Watchers       int64 // fs.inotify.max_user_watches and _instances
	Keys                    int64 // kernel.keys.root_maxkeys
	Synchronised            *bool // the clock, by the kernel's word; nil if untold
}

// Sandbox is how the trial of a real sandbox went.
type Sandbox struct {
	Tried bool
	Why   string        // not tried
	Err   error         // what went wrong, in words for an operator
	Doing string        // at which step
	Seen  bool          // code in it read the file that was put into its folder
	Value string        // of 1+1
	Start time.Duration // to the greeting
	Run   time.Duration
	Gone  time.Duration // to remove it
	Left  error         // it could not be removed
}
