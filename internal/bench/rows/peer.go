package rows

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// builder builds the peer's image on a runner image, and prints its name.
const builder = "deploy/gateway.sh"

const peerIs = "Jupyter Kernel Gateway 3.0.1 with ipykernel on the same image, in a container confined like a sandbox, reached without a proxy"

// peerImage returns the peer's image, or why there is none.
func peerImage(ctx context.Context) (image, absent string) {
	runner := os.Getenv("SANDBOX_IMAGE")
	if runner == "" {
		runner = "power-interpreter-runner:latest"
	}
	if _, err := os.Stat(builder); err != nil {
		return "", "its image is built by " + builder + ", which is found from the top of the repository only"
	}
	var said bytes.Buffer
	build := exec.CommandContext(ctx, builder, runner)
	build.Stderr = &said
	name, err := build.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return "", fmt.Sprintf("%s (%v)", lines[len(lines)-1], err)
	}
	return strings.TrimSpace(string(name)), ""
}
