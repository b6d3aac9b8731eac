package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// calls is all that we ask of an engine. A proxy before its socket needs to
// let through these and no more:
//
//	HEAD   /_ping                     is it there, and which API it speaks
//	GET    /images/{image}/json       the runner hash of the image
//	GET    /containers/json           our sandboxes, by label
//	GET    /containers/{name}/json    whether one runs
//	GET    /containers/{name}/stats   what one takes, for the administrator's list
//	POST   /containers/create
//	POST   /containers/{name}/start
//	POST   /containers/{name}/attach  upgrades to a raw stream
//	POST   /containers/{name}/unpause what somebody else has paused
//	DELETE /containers/{name}
//	GET    /events                    a stream without end
//	GET    /info                      what it can confine; doctor alone asks
//
// each but the first under /v{API version}; names begin with
// power-interpreter-. That is no fence, though: whoever may create containers
// may create one that is root on the host.
type calls interface {
	Ping(ctx context.Context) (types.Ping, error)
	Info(ctx context.Context) (system.Info, error)
	ImageInspect(ctx context.Context, image string, options ...client.ImageInspectOption) (image.InspectResponse, error)
	ContainerList(ctx context.Context, options container.ListOptions) ([]container.Summary, error)
	ContainerInspect(ctx context.Context, name string) (container.InspectResponse, error)
	ContainerStatsOneShot(ctx context.Context, name string) (container.StatsResponseReader, error)
	ContainerCreate(ctx context.Context, config *container.Config, host *container.HostConfig,
		network *network.NetworkingConfig, platform *ocispec.Platform, name string) (container.CreateResponse, error)
	ContainerStart(ctx context.Context, name string, options container.StartOptions) error
	ContainerAttach(ctx context.Context, name string, options container.AttachOptions) (types.HijackedResponse, error)
	ContainerUnpause(ctx context.Context, name string) error
	ContainerRemove(ctx context.Context, name string, options container.RemoveOptions) error
	Events(ctx context.Context, options events.ListOptions) (<-chan events.Message, <-chan error)
	Close() error
}

// Time limits of single calls, on top of the caller's own, so that an engine
// that hangs never hangs us. Each is a hundred times and more what the call
// takes on an idle engine, since one under load queues.
const (
	askTimeout     = 5 * time.Second  // ping, inspect, list, and an event stream's beginning: 1 to 3 ms
	attachTimeout  = 10 * time.Second // 2 ms
	createTimeout  = 30 * time.Second // 15 ms; a cold disk reads the image's layers
	startTimeout   = 60 * time.Second // 150 ms, 0.5 s with gVisor
	unpauseTimeout = 5 * time.Second  // 9 ms
	// removeTimeout is one attempt's. The engine itself waits 10 s for a
	// killed container to end before it reports an error.
	removeTimeout = 20 * time.Second
)
