package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"power-interpreter/internal/docker"
)

const startEngine = "systemctl start docker, or make setup"

// engine says whether the engine can be spoken to.
func engine(f Facts) []Finding {
	s := f.Socket
	none := "no sandbox can be made"
	switch {
	case f.elsewhere():
		return nil
	case s.State == SocketForeign:
		return one(fail("engine", "DOCKER_HOST is no socket of this host", "sandboxes mount folders of the host that their engine runs on", "run power-interpreter executor there and set EXECUTOR_URL, or unset DOCKER_HOST"))
	case s.State == SocketAbsent:
		return one(fail("engine", s.Path+" does not exist: no engine runs, or it listens elsewhere", none, startEngine+"; or set DOCKER_HOST=unix://SOCKET"))
	case s.State == SocketDenied:
		return one(fail("engine", fmt.Sprintf("this user (uid %d) may not use %s", f.UID, s.Path), none, "run as root, or in the docker group: sudo usermod -aG docker USER, and log in again"))
	case s.State == SocketStale:
		return one(fail("engine", s.Path+" is a socket that nobody listens on: the engine has ended", none, startEngine))
	case s.State == SocketNone:
		return one(fail("engine", s.Path+" is no socket", none, "set DOCKER_HOST=unix://SOCKET to the engine's"))
	case s.State == SocketHangs:
		return one(fail("engine", s.Path+" did not answer within "+s.Took.Round(time.Second).String()+": the engine hangs", none, "systemctl restart docker (running sandboxes end)"))
	case s.State != SocketAnswers:
		return one(fail("engine", fmt.Sprintf("%s: %v", s.Path, s.Err), none, startEngine))
	case f.EngineErr != nil:
		return one(fail("engine", fmt.Sprintf("%s answers, and tells nothing of itself: %v", s.Path, f.EngineErr), "sandboxes may not start", "docker info"))
	}
	on := f.Engine.System
	if f.Engine.Kernel != "" {
		on += ", kernel " + f.Engine.Kernel
	}
	return one(ok("engine", fmt.Sprintf("Docker %s answers at %s in %v (%s)", f.Engine.Version, s.Path, s.Took.Round(100*time.Microsecond), on), ""))
}

// api says whether the engine's interface is new enough.
func api(f Facts) []Finding {
	e := f.Engine
	switch {
	case !f.engineKnown():
		return nil
	case e.OSType != "" && e.OSType != "linux":
		return one(fail("api", "the engine runs "+e.OSType+" containers", "sandboxes are Linux", "switch the engine to Linux containers"))
	case !e.Supported:
		return one(fail("api", fmt.Sprintf("the engine's API is %s, and %s is needed (Docker 20.10)", e.API, docker.MinAPI), "it would leave out walls of the sandbox in silence", "install a newer Docker"))
	}
	return one(ok("api", "API "+e.API+", of which "+docker.MinAPI+" is needed", ""))
}

// slowStorage are drivers that copy whole layers for each container.
var slowStorage = []string{"vfs", "devicemapper"}

// storage tells of the engine's storage driver.
func storage(f Facts) []Finding {
	e := f.Engine
	if !f.engineKnown() {
		return nil
	}
	what := e.Storage
	if e.Backing != "" {
		what += " on " + e.Backing
	}
	if slices.Contains(slowStorage, e.Storage) {
		return one(warn("storage", what, "each sandbox copies the image: starts take seconds to minutes, and gigabytes", "have the engine use overlay2 (daemon.json, storage-driver)"))
	}
	return one(ok("storage", what, "layers of the image are shared"))
}

// image tells of the sandboxes' image.
func image(f Facts) []Finding {
	i, name := f.Image, f.Config.Image
	switch {
	case !f.engineKnown():
		return nil
	case f.ImageErr != nil:
		return one(fail("image", fmt.Sprintf("%s: %v", name, f.ImageErr), "no sandbox can be made", "docker image inspect "+name))
	case i.Missing:
		return one(fail("image", name+" is not on the engine", "no sandbox can be made", "make image"))
	case i.Runner == "":
		return one(fail("image", name+" holds no runner of Power Interpreter", "no sandbox can be made of it", "make image, and unset SANDBOX_IMAGE"))
	}
	what := fmt.Sprintf("%s is %s, %s, runner %s", name, short(i.ID), humanize.Bytes(uint64(max(i.Bytes, 0))), i.Runner)
	if i.Digest != "" {
		what += ", from " + i.Digest
	}
	return one(ok("image", what, ""))
}

// short is an image's id as docker shows it.
func short(id string) string {
	_, hash, _ := strings.Cut(id, ":")
	return hash[:min(len(hash), 12)]
}

// ociRuntime tells of what starts the sandboxes' processes.
func ociRuntime(f Facts) []Finding {
	want := f.Config.Runtime
	switch {
	case !f.engineKnown():
		return nil
	case want != "" && !slices.Contains(f.Engine.Runtimes, want):
		return one(fail("runtime", fmt.Sprintf("the engine has no runtime %q, only %s", want, strings.Join(named(f.Engine.Runtimes), ", ")), "no sandbox can be made", "install it and name it in daemon.json, or unset SANDBOX_RUNTIME"))
	case strings.Contains(want, "runsc"), want == "" && strings.Contains(f.Engine.Runtime, "runsc"):
		return one(ok("runtime", "gVisor ("+either(want, f.Engine.Runtime)+")", "a kernel of its own answers code's system calls; starts and imports are slower"))
	}
	return one(ok("runtime", either(want, f.Engine.Runtime), "sandboxes share the host's kernel, behind the system call filter; runsc (gVisor) would put one between"))
}

// named leaves out the engine's own names of shims.
func named(runtimes []string) []string {
	return slices.DeleteFunc(slices.Clone(runtimes), func(r string) bool { return strings.HasPrefix(r, "io.containerd.") })
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
