package doctor

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
)

// The time limits of looking. What takes longer hangs, and that is a finding.
const (
	socketTime = 3 * time.Second  // to answer a ping: milliseconds
	engineTime = 10 * time.Second // to tell of itself: tens of milliseconds; disks that sleep
	folderTime = 5 * time.Second  // file calls: microseconds; a dead network file system never answers
	portTime   = 5 * time.Second  // a server's /health answers within four
	remoteTime = 10 * time.Second
)

var errTooLong = errors.New("no answer in time")

// Options say what to look at.
type Options struct {
	Config  *config.Config // not yet checked
	Environ []string       // as os.Environ
	Quick   bool           // without the trial of a sandbox
	Logger  *slog.Logger   // gets the engine's own words
	// AskExecutor asks what is at EXECUTOR_URL whether sandboxes can be made
	// there; nil where nobody listens and serve starts one. It is called after
	// Config's Check.
	AskExecutor func(ctx context.Context) error
}

// Look gathers the facts. It returns when all is looked at or given up, within
// a minute or two even if everything hangs, and at once when ctx ends.
func Look(ctx context.Context, o Options) Facts {
	f := Facts{Config: o.Config, UID: os.Getuid(), Inside: inContainer(), Misspelt: o.Config.FindMisspelt(o.Environ)}
	if err := o.Config.Check(); err != nil {
		f.Refused = strings.Split(err.Error(), "\n")
	}
	if o.Config.From("EXECUTOR_LISTEN") != config.Default { // this host is an executor's
		if err := o.Config.CheckExecutor(); err != nil {
			f.Refused = append(f.Refused, err.Error())
		}
	}
	f.Port = lookPort(ctx, o.Config)
	f.Host = lookHost("/")
	f.Executor = lookExecutor(ctx, o)
	f.Now = time.Now()
	if f.elsewhere() {
		return f
	}
	f.Folder = lookFolder(ctx, o.Config.DataDir)
	f.lookEngine(ctx, o)
	return f
}

func (f *Facts) lookEngine(ctx context.Context, o Options) {
	f.Socket = lookSocket(ctx, o.Config.DockerHost)
	if f.Socket.State != SocketAnswers {
		f.EngineErr = errTooLong
		f.Sandbox.Why = "no engine answers"
		return
	}
	e, err := docker.New(docker.Config{Host: o.Config.DockerHost, Image: o.Config.Image, Logger: o.Logger})
	if err != nil {
		f.EngineErr = err
		return
	}
	defer e.Close()
	limited, cancel := context.WithTimeout(ctx, engineTime)
	defer cancel()
	f.PlaceErr = operatorsWords(e.Locate(limited, o.Config.DataDir, o.Config.DataDirHost))
	f.Engine, err = e.Facts(limited)
	f.EngineErr, f.Now = operatorsWords(err), time.Now()
	f.Image, err = e.ImageFacts(limited)
	f.ImageErr = operatorsWords(err)
	if f.Sandbox.Why = f.untried(o); f.Sandbox.Why == "" {
		f.Sandbox = trySandbox(ctx, e, *f, o.Logger)
	}
}

// untried says why no sandbox can be tried, empty if one can.
func (f *Facts) untried(o Options) string {
	d := f.Folder
	switch {
	case o.Quick:
		return "--quick"
	case len(f.Refused) > 0:
		return "settings are refused"
	case f.PlaceErr != nil:
		return "the engine does not have the data folder"
	case f.EngineErr != nil || !f.Engine.Supported || f.ImageErr != nil:
		return "the engine cannot be used"
	case f.Image.Runner == "":
		return "there is no image"
	case d.Err != nil || d.Made != nil || d.Chown != nil:
		return "the data folder cannot be used"
	}
	return ""
}

func lookExecutor(ctx context.Context, o Options) Executor {
	x := Executor{URL: o.Config.Shown("EXECUTOR_URL")}
	if x.URL == "" {
		return x
	}
	if x.Begins = o.AskExecutor == nil; x.Begins {
		return x
	}
	limited, cancel := context.WithTimeout(ctx, remoteTime)
	defer cancel()
	x.Asked, x.Err = true, operatorsWords(o.AskExecutor(limited))
	return x
}

// bounded calls look, and gives up on it after d or with ctx. What hangs in the
// kernel cannot be stopped: its goroutine ends with that call, or the process.
func bounded[T any](ctx context.Context, d time.Duration, look func() T) (T, error) {
	done := make(chan T, 1)
	go func() { done <- look() }()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case v := <-done:
		return v, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	var none T
	return none, errTooLong
}

// inContainer guesses whether this process is in a container itself: Docker and
// Podman leave a mark.
func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	return false
}
