package docker

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"power-interpreter/orchestrator"
)

// fault turns what a call returned into an *orchestrator.Error, nil into nil.
// The engine's own words stay in the cause: they name paths of the host. ctx is
// the caller's, without our time limit; doing ends "could not ...".
func fault(ctx context.Context, err error, doing string) error {
	if err == nil {
		return nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return orchestrator.Hide(orchestrator.CodeCancelled, err, "given up before the Docker engine could %s", doing)
	}
	return orchestrator.Hide(orchestrator.CodeUnavailable, err, "%s", advice(err, doing))
}

func advice(err error, doing string) string {
	switch {
	case timedOut(err):
		return "the Docker engine did not answer in time to " + doing + ": see whether it is overloaded or hung (`docker info`), then try again"
	case errors.Is(err, syscall.EACCES):
		return "no permission to use the Docker engine's socket: add the server's user to the docker group " +
			"(`sudo usermod -aG docker USER`, then log in again) or run the server as root"
	case client.IsErrConnectionFailed(err):
		return "no Docker engine answers: start it (`make setup`, or `systemctl start docker`), then try again"
	case errors.Is(err, syscall.ENOSPC), strings.Contains(err.Error(), syscall.ENOSPC.Error()):
		return "the Docker engine's disk is full: free some (`docker system df` shows what takes it), then try again"
	}
	return "the Docker engine could not " + doing + ": the server's log has its reason; try again"
}

// timedOut reports whether a time limit ended the call: the context's, or the
// deadline that a hijack puts on its connection.
func timedOut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// cause is what the log sees of an error: the engine's own words.
func cause(err error) error {
	if hidden := errors.Unwrap(err); hidden != nil {
		return hidden
	}
	return err
}

func imageMissing(image string, cause error) error {
	return orchestrator.Hide(orchestrator.CodeUnavailable, cause,
		"the sandbox image %q is missing: build it with `make image`", image)
}

// notCreated is fault for a create, whose refusals are the configuration's:
// no such image, or no such runtime. The engine tells the latter by words only.
func notCreated(ctx context.Context, err error, image, runtime string) error {
	switch {
	case cerrdefs.IsNotFound(err) && strings.Contains(err.Error(), "mage"):
		return imageMissing(image, err)
	case err != nil && strings.Contains(err.Error(), "bind source path does not exist"):
		return orchestrator.Hide(orchestrator.CodeUnavailable, err,
			"the Docker engine does not have the data folder where this server has it: set SANDBOX_DATA_DIR_HOST to the path that the engine's host has for it")
	case runtime != "" && err != nil && strings.Contains(strings.ToLower(err.Error()), "runtime"):
		return orchestrator.Hide(orchestrator.CodeUnavailable, err,
			"the Docker engine cannot use the runtime %q: install it there (`docker info` lists what it has), or unset SANDBOX_RUNTIME", runtime)
	}
	return fault(ctx, err, "create a sandbox")
}
