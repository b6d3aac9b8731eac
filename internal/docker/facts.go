package docker

import (
	"context"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/api/types/versions"
)

// MinAPI is the oldest engine API that sandboxes can be made over.
const MinAPI = minAPI

// Facts are what an engine tells of itself, for doctor. Nothing in them is
// judged but Supported.
type Facts struct {
	Version   string // of the engine, as "28.5.2"
	API       string // the newest that it speaks, as "1.41"
	Supported bool   // whether sandboxes can be made over that API
	OSType    string // of its containers: "linux"
	System    string // the host's, as "Debian GNU/Linux 12 (bookworm)"
	Kernel    string

	Storage  string // driver of image layers, as "overlay2"
	Backing  string // file system under it, as "extfs"; empty if untold
	Cgroup   string // version, "1" or "2"
	Driver   string // of control groups, "systemd" or "cgroupfs"
	Runtimes []string
	Runtime  string // the default one

	// What it can hold a container to.
	Memory, Swap, Pids, CPU bool

	Seccomp, AppArmor, SELinux, UserNamespaces, Rootless bool

	Clock time.Time // the engine's, when it answered; zero if untold
	Host  string    // its host's name
	Bytes int64     // of memory of its host
	Cores int
}

// Facts asks the engine about itself. Its error is as Check's.
func (e *Engine) Facts(ctx context.Context) (Facts, error) {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	ping, err := e.calls.Ping(limited)
	if err != nil {
		return Facts{}, fault(ctx, err, "say its version")
	}
	info, err := e.calls.Info(limited)
	if err != nil {
		return Facts{}, fault(ctx, err, "tell about itself")
	}
	return factsOf(ping.APIVersion, info), nil
}

func factsOf(api string, info system.Info) Facts {
	f := Facts{
		Version: info.ServerVersion, API: api, OSType: info.OSType, System: info.OperatingSystem, Kernel: info.KernelVersion,
		Storage: info.Driver, Cgroup: info.CgroupVersion, Driver: info.CgroupDriver, Runtime: info.DefaultRuntime,
		Memory: info.MemoryLimit, Swap: info.SwapLimit, Pids: info.PidsLimit, CPU: info.CPUCfsPeriod && info.CPUCfsQuota,
		Bytes: info.MemTotal, Cores: info.NCPU,
	}
	f.Supported = api != "" && !versions.LessThan(api, minAPI)
	f.Clock, _ = time.Parse(time.RFC3339Nano, info.SystemTime) // zero where it tells none
	for _, pair := range info.DriverStatus {
		if pair[0] == "Backing Filesystem" {
			f.Backing = pair[1]
		}
	}
	for name := range info.Runtimes {
		f.Runtimes = append(f.Runtimes, name)
	}
	slices.Sort(f.Runtimes)
	for _, option := range info.SecurityOptions { // as "name=seccomp,profile=default"
		name, _, _ := strings.Cut(strings.TrimPrefix(option, "name="), ",")
		f.Seccomp = f.Seccomp || name == "seccomp"
		f.AppArmor = f.AppArmor || name == "apparmor"
		f.SELinux = f.SELinux || name == "selinux"
		f.UserNamespaces = f.UserNamespaces || name == "userns"
		f.Rootless = f.Rootless || name == "rootless"
	}
	return f
}

// ImageFacts are what the engine knows of the sandboxes' image.
type ImageFacts struct {
	Missing bool
	ID      string // as "sha256:…"
	Digest  string // in the registry that it came from; empty for one built here
	Runner  string // hash of the runner in it; empty for a foreign image
	Arch    string // as "amd64"
	Bytes   int64
	Created time.Time // zero if untold
}

// ImageFacts asks about the configured image. One that is not there is a fact;
// an error is as Check's.
func (e *Engine) ImageFacts(ctx context.Context) (ImageFacts, error) {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	image, err := e.calls.ImageInspect(limited, e.image)
	if cerrdefs.IsNotFound(err) {
		return ImageFacts{Missing: true}, nil
	}
	if err != nil {
		return ImageFacts{}, fault(ctx, err, "look up the sandbox image")
	}
	f := ImageFacts{ID: image.ID, Arch: image.Architecture, Bytes: image.Size}
	f.Created, _ = time.Parse(time.RFC3339Nano, image.Created)
	if len(image.RepoDigests) > 0 {
		f.Digest = image.RepoDigests[0]
	}
	if image.Config != nil {
		f.Runner = image.Config.Labels[labelRunner]
	}
	return f, nil
}
