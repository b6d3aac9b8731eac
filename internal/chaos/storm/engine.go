package storm

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// engine is the Docker engine as a person at a shell has it; DOCKER_HOST says which.
type engine struct{ dataDir string }

func docker(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("docker %s: %w: %.300s", args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// sandboxes lists the containers of the data folder, running or not.
func (e engine) sandboxes(ctx context.Context) ([]string, error) {
	out, err := docker(ctx, "ps", "--all", "--quiet", "--filter", "label=power-interpreter.data="+e.dataDir)
	return strings.Fields(out), err
}

// containerOf returns the name of a session's container, empty for none, by the
// server's own record of whose a sandbox is.
func (e engine) containerOf(session string) string {
	claims, _ := filepath.Glob(filepath.Join(e.dataDir, "claims", "*", "claim.json"))
	for _, path := range claims {
		var c struct {
			SandboxID string `json:"sandbox_id"`
			SessionID string `json:"session_id"`
			Condemned bool
		}
		data, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(data, &c) == nil && c.SessionID == session && !c.Condemned {
			return "power-interpreter-" + c.SandboxID
		}
	}
	return ""
}
