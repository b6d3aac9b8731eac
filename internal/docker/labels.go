package docker

import (
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"power-interpreter/orchestrator"
)

// What marks a container as ours. The engine cannot change labels later, so
// they name only what never changes; whose a sandbox is lies in its claim.
const (
	labelSandbox = "power-interpreter.sandbox" // the internal id
	labelData    = "power-interpreter.data"    // absolute path of the data folder: another server's sandboxes don't match
	labelRunner  = "power-interpreter.runner"  // runner hash, of images too
	labelUID     = "power-interpreter.uid"     // decimal

	namePrefix = "power-interpreter-"
)

// internalID is what a sandbox's id looks like. It becomes part of an URL.
var internalID = regexp.MustCompile(`^[0-9a-f]{16}$`)

func labelsOf(spec orchestrator.Spec) map[string]string {
	return map[string]string{
		labelSandbox: spec.ID,
		labelData:    filepath.Clean(spec.DataDir),
		labelRunner:  spec.Runner,
		labelUID:     strconv.Itoa(spec.UID),
	}
}

// containerName is the name of a sandbox's container.
func containerName(id string) (string, error) {
	if !internalID.MatchString(id) {
		return "", orchestrator.Errorf(orchestrator.CodeInternal, "%q is no sandbox id", id)
	}
	return namePrefix + id, nil
}

// ofDataDir matches the containers of one data folder, by its path on the host.
func ofDataDir(dataDir string) filters.Args {
	return filters.NewArgs(filters.Arg("label", labelData+"="+filepath.Clean(dataDir)))
}

// sandboxOf reads a container's labels. It reports false if they are not as
// labelsOf writes them.
func sandboxOf(summary container.Summary) (orchestrator.Sandbox, bool) {
	id := summary.Labels[labelSandbox]
	uid, err := strconv.Atoi(summary.Labels[labelUID])
	return orchestrator.Sandbox{
		ID: id, UID: uid, Runner: summary.Labels[labelRunner], Running: isRunning(summary),
	}, err == nil && internalID.MatchString(id)
}

// isRunning reports whether there are processes in it; paused ones too.
func isRunning(summary container.Summary) bool {
	return summary.State == container.StateRunning || summary.State == container.StatePaused
}

// hasEnded reports whether it ran and does not any more.
func hasEnded(summary container.Summary) bool {
	return !isRunning(summary) && summary.State != container.StateCreated
}
