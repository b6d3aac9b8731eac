package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/versions"

	"power-interpreter/orchestrator"
)

// minAPI is the API of Docker 20.10: older ones know no private cgroup
// namespace and would leave it out in silence.
const minAPI = "1.41"

// Check returns the runner hash that the image was labelled with when it was
// built, or, as CodeUnavailable, what keeps sandboxes from being made: no
// engine, no permission, one too old or not Linux, no image, a foreign image.
func (e *Engine) Check(ctx context.Context) (runner string, err error) {
	if err := e.checkEngine(ctx); err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	image, err := e.calls.ImageInspect(limited, e.image)
	switch {
	case cerrdefs.IsNotFound(err):
		return "", imageMissing(e.image, err)
	case err != nil:
		return "", fault(ctx, err, "look up the sandbox image")
	case image.Config == nil || image.Config.Labels[labelRunner] == "":
		return "", orchestrator.Errorf(orchestrator.CodeUnavailable,
			"the image %q holds no runner of Power Interpreter: build it with `make image`, or correct SANDBOX_IMAGE", e.image)
	}
	return image.Config.Labels[labelRunner], nil
}

func (e *Engine) checkEngine(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	ping, err := e.calls.Ping(limited)
	switch {
	case err != nil:
		return fault(ctx, err, "say its version")
	case ping.OSType != "" && ping.OSType != "linux":
		return orchestrator.Errorf(orchestrator.CodeUnavailable,
			"the Docker engine runs %s containers: switch it to Linux containers", ping.OSType)
	case ping.APIVersion == "" || versions.LessThan(ping.APIVersion, minAPI):
		return orchestrator.Errorf(orchestrator.CodeUnavailable,
			"the Docker engine is too old (API %q): sandboxes need %s, which is Docker 20.10, or newer", ping.APIVersion, minAPI)
	}
	return nil
}
