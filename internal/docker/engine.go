// Package docker runs sandboxes on a Docker engine: a Spec becomes, by a pure
// function, the engine's settings, and a handful of calls do the rest. None of
// the engine's types leave the package.
package docker

import (
	"io/fs"
	"log/slog"
	"os"

	"github.com/docker/docker/client"

	"power-interpreter/deploy"
	"power-interpreter/orchestrator"
)

// Config says which engine and which image.
type Config struct {
	// Host is DOCKER_HOST: "unix://" and the absolute path of a socket, or
	// empty for DefaultHost.
	Host string
	// Image is the one that Check looks for. Start takes its Spec's.
	Image string
	// Logger gets reconnections, failed clean-ups and the faults of runners;
	// nil is slog.Default().
	Logger *slog.Logger
	// Root is this host's "/", where the kernel tells of cgroups; nil is the real one.
	Root fs.FS
}

// Engine is an orchestrator.Engine on a Docker engine of this host. Its
// methods may be called concurrently.
type Engine struct {
	calls   calls
	image   string
	seccomp string // the profile on one line, as the engine takes it
	log     *slog.Logger
	root    fs.FS // of the host, for cgroups' figures
	data    place
}

var _ orchestrator.Engine = (*Engine)(nil)

// New prepares the engine's client and connects to nothing yet. Its error is
// an *orchestrator.Error: what is wrong with Host, and what to do.
func New(config Config) (*Engine, error) {
	socket, err := socketOf(config.Host)
	if err != nil {
		return nil, err
	}
	seccomp, err := oneLine(deploy.SeccompProfile)
	if err != nil {
		return nil, orchestrator.Hide(orchestrator.CodeInternal, err, "the seccomp profile in this program is damaged: build it again")
	}
	calls, err := client.NewClientWithOpts(
		client.WithHost("unix://"+socket),
		client.WithDialContext(dialer(socket)),
		client.WithAPIVersionNegotiation(),
		client.WithUserAgent("power-interpreter"),
	)
	if err != nil {
		return nil, orchestrator.Hide(orchestrator.CodeUnavailable, err, "DOCKER_HOST names no usable socket: check its path")
	}
	log := config.Logger
	if log == nil {
		log = slog.Default()
	}
	root := config.Root
	if root == nil {
		root = os.DirFS("/")
	}
	return &Engine{calls: calls, image: config.Image, seccomp: seccomp, log: log, root: root}, nil
}

// Close drops idle connections. Attached streams and channels of Exits go on
// until the one is closed and the other's context ends.
func (e *Engine) Close() error { return e.calls.Close() }
