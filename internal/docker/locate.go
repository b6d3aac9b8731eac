package docker

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/client"

	"power-interpreter/orchestrator"
)

// place is where the data folder is: for this process, and for the engine. They
// differ where this process is itself in a container of the engine's.
type place struct{ here, there string }

// onHost is a path as the engine knows it.
func (p place) onHost(path string) string {
	path = filepath.Clean(path)
	if rest, within := below(path, p.here); within && p.there != "" {
		return filepath.Join(p.there, rest)
	}
	return path
}

// seenByEngine is the spec as the engine takes it. The label too is the host's
// path: in their containers, all servers may have their data folder at one path.
func (p place) seenByEngine(spec orchestrator.Spec) orchestrator.Spec {
	if spec.Folder != "" { // what is missing is refused, not made up
		spec.Folder = p.onHost(spec.Folder)
	}
	if spec.DataDir != "" {
		spec.DataDir = p.onHost(spec.DataDir)
	}
	return spec
}

// below reports whether path is dir or below it, and by which rest.
func below(path, dir string) (rest string, within bool) {
	if path == dir || dir == "/" {
		return strings.TrimPrefix(path, dir), true
	}
	rest, within = strings.CutPrefix(path, dir+"/")
	return rest, within
}

// Locate finds where the engine's host has the data folder, if this process is
// in a container of that engine: among the container's mounts, unless told. It
// is to be called before all else. Its error says why sandboxes could not share
// the folder, and what to do.
func (e *Engine) Locate(ctx context.Context, dataDir, told string) error {
	e.data = place{here: filepath.Clean(dataDir), there: told}
	own := e.mounts()
	id := own.container()
	if id == "" {
		return nil // on the host, as far as can be seen
	}
	if !own.holds(e.data.here) {
		return orchestrator.Errorf(orchestrator.CodeUnavailable,
			"this process is in a container, and its data folder (SANDBOX_DATA_DIR) is not mounted from the host, so sandboxes cannot share it and it would end with the container: mount a folder or a volume there (docker run -v /var/lib/power-interpreter:%s)", e.data.here)
	}
	if told != "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	about, err := e.calls.ContainerInspect(limited, id)
	switch {
	case cerrdefs.IsNotFound(err):
		return orchestrator.Hide(orchestrator.CodeUnavailable, err,
			"this process is in a container that its Docker engine does not know: set SANDBOX_DATA_DIR_HOST to the path that the engine's host has for the data folder")
	case errors.Is(err, syscall.EACCES):
		return orchestrator.Hide(orchestrator.CodeUnavailable, err,
			"no permission to use the Docker engine's socket: run this container as root (--user 0:0), or with the socket's group (--group-add)")
	case client.IsErrConnectionFailed(err):
		return orchestrator.Hide(orchestrator.CodeUnavailable, err,
			"this process is in a container, and no Docker engine answers there: start it, and mount its socket (docker run -v /var/run/docker.sock:/var/run/docker.sock), or set DOCKER_HOST to where it is mounted")
	case err != nil:
		return fault(ctx, err, "tell where it has the data folder (or set SANDBOX_DATA_DIR_HOST to that path)")
	}
	e.data.there, err = sourceOf(about.Mounts, e.data.here)
	return err
}

// sourceOf is where the host has a path of a container.
func sourceOf(mounts []container.MountPoint, path string) (string, error) {
	var best container.MountPoint
	var rest string
	for _, m := range mounts {
		if r, within := below(path, filepath.Clean(m.Destination)); within && len(m.Destination) > len(best.Destination) {
			best, rest = m, r
		}
	}
	switch {
	case best.Source == "" || best.Type != mount.TypeBind:
		// A volume lies in the engine's own folder, from where it mounts nothing into
		// another container but with mounts of the host's to come (rslave).
		return "", orchestrator.Errorf(orchestrator.CodeUnavailable,
			"the data folder (SANDBOX_DATA_DIR) is no folder of the host's, which sandboxes can share: mount one there (docker run -v /var/lib/power-interpreter:%s), not a volume", path)
	case !best.RW:
		return "", orchestrator.Errorf(orchestrator.CodeUnavailable, "the data folder (SANDBOX_DATA_DIR) is mounted read-only: mount it without :ro")
	}
	return filepath.Join(best.Source, rest), nil
}

// mountTable is /proc/self/mountinfo (man 5 proc): of each mount, what of its
// file system is mounted, and where.
type mountTable [][2]string

// escaped are the characters that mountinfo writes as octal numbers.
var escaped = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// mounts is empty where the kernel does not tell.
func (e *Engine) mounts() mountTable {
	text, err := fs.ReadFile(e.root, "proc/self/mountinfo")
	if err != nil {
		return nil
	}
	var table mountTable
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 4 {
			table = append(table, [2]string{escaped.Replace(fields[3]), escaped.Replace(fields[4])})
		}
	}
	return table
}

// containerID is part of the path of the files that an engine writes for each
// container.
var containerID = regexp.MustCompile(`/([0-9a-f]{64})/`)

// container is the id of the container that this process is in, empty for none:
// these files are mounted from the engine's own folder for it.
func (t mountTable) container() string {
	for _, m := range t {
		switch m[1] {
		case "/etc/hostname", "/etc/hosts", "/etc/resolv.conf":
			if id := containerID.FindStringSubmatch(m[0]); id != nil {
				return id[1]
			}
		}
	}
	return ""
}

// holds reports whether a path is in a mount other than the root.
func (t mountTable) holds(path string) bool {
	for _, m := range t {
		if _, within := below(path, m[1]); within && m[1] != "/" {
			return true
		}
	}
	return false
}
