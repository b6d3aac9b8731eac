package docker

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"power-interpreter/orchestrator"
)

// hostName is every sandbox's: the engine's default would be the container's
// id, one more thing to tell hosts and sandboxes apart by.
const hostName = "sandbox"

// settings is a sandbox as the engine takes it.
type settings struct {
	name    string
	config  *container.Config
	host    *container.HostConfig
	network *network.NetworkingConfig
}

// settingsOf is the one place where a Spec becomes the engine's settings: a
// pure function whose whole result is a golden file.
func settingsOf(spec orchestrator.Spec, seccomp string) (settings, error) {
	if err := checkSpec(spec); err != nil {
		return settings{}, err
	}
	return settings{
		name:    namePrefix + spec.ID,
		config:  configOf(spec),
		host:    hostConfigOf(spec, seccomp),
		network: &network.NetworkingConfig{}, // no endpoint in any network
	}, nil
}

func configOf(spec orchestrator.Spec) *container.Config {
	uid := strconv.Itoa(spec.UID)
	return &container.Config{
		Image:    spec.Image,
		Hostname: hostName,
		User:     uid + ":" + uid,
		Env: []string{
			"POWER_CPUS=" + strconv.Itoa(int(math.Ceil(spec.Limits.CPUs))),
			"POWER_RUNNER=" + spec.Runner,
		},
		Labels: labelsOf(spec),
		// The runner's frames: no terminal would leave them whole, and its
		// stdin must outlive an attachment.
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: true,
		OpenStdin:    true,
		StdinOnce:    false,
		Tty:          false,
		// A sandbox has an empty network namespace of its own all the same; only
		// the engine's set-up is left out, which is more than half of a start
		// (medians in turn: 146 ms without it, 365 with it). It would also write
		// /etc/hosts, so that file is the image's.
		NetworkDisabled: true,
		// An image's health check would be one more process, as often as it likes.
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		// Nothing relies on a clean end, so an engine that shuts down need not wait for one.
		StopSignal: "SIGKILL",
	}
}

// checkSpec refuses a Spec in which a confinement is missing: to the engine,
// zero means without limit.
func checkSpec(spec orchestrator.Spec) error {
	limits := spec.Limits
	for _, check := range []struct {
		what    string
		missing bool
	}{
		{"id", !internalID.MatchString(spec.ID)},
		{"uid", spec.UID < orchestrator.FirstUID || spec.UID >= orchestrator.FirstUID+orchestrator.UIDCount},
		{"folder", !filepath.IsAbs(spec.Folder)},
		{"data folder", !filepath.IsAbs(spec.DataDir)},
		{"image", spec.Image == ""},
		{"memory limit", limits.Memory <= 0},
		{"CPU limit", !(limits.CPUs >= minCPUs && limits.CPUs <= maxCPUs)}, // NaN is missing too
		{"process limit", limits.Pids <= 0},
		{"disk limit", limits.Disk <= 0},
	} {
		if check.missing {
			return orchestrator.Hide(orchestrator.CodeInternal, fmt.Errorf("spec %+v", spec), "a sandbox without a valid %s is not started", check.what)
		}
	}
	return nil
}
