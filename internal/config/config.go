// Package config is what the environment and the flags say, checked.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

// Config holds every setting. kong reads it from flags and environment and
// makes --help of it; Check then refuses what does not fit together.
type Config struct {
	Host string `env:"HOST" default:"127.0.0.1" help:"Address to listen on. Any but loopback needs a key, or ALLOW_ANONYMOUS=true."`
	Port int    `env:"PORT" default:"8000" help:"Port to listen on; 0 takes a free one."`

	// APIKeyList is parsed by Check, not by kong, whose errors repeat the value.
	APIKeyList     string `name:"api-keys" env:"API_KEYS" placeholder:"NAME:KEY,…" help:"Keys, sent as Authorization: Bearer. Each name has its own sessions."`
	APIKeysFile    string `env:"API_KEYS_FILE" type:"existingfile" help:"File of name:key lines."`
	Keys           Keys   `kong:"-"` // of both, after Check
	AdminKey       string `env:"ADMIN_KEY" placeholder:"KEY" help:"Opens /admin and /metrics, sent as Authorization: Bearer. Without it they are served to this host alone, and not at all where there are API_KEYS."`
	AllowAnonymous bool   `env:"ALLOW_ANONYMOUS" help:"Serve without keys on an address that is not loopback."`

	DataDir       string   `env:"SANDBOX_DATA_DIR" default:"/app/sandbox_data" help:"Where sessions' files are kept on this host."`
	DockerHost    string   `env:"DOCKER_HOST" help:"Socket of the engine on this host; its default if empty."`
	Image         string   `env:"SANDBOX_IMAGE" default:"power-interpreter-runner:latest" help:"Image of the sandboxes."`
	Runtime       string   `env:"SANDBOX_RUNTIME" help:"Runtime of the engine, such as runsc for gVisor; its default if empty."`
	MaxSessions   int      `env:"MAX_SESSIONS" default:"6" help:"Sandboxes of sessions at once."`
	WarmSandboxes int      `env:"WARM_SANDBOXES" default:"1" help:"Sandboxes kept ready before anyone asks."`
	IdleTimeout   Duration `env:"SESSION_IDLE_TIMEOUT" default:"30m" help:"A session idle for longer is stopped; its files are kept."`
	Retention     Duration `env:"RETENTION" default:"7d" help:"Results, and files of sessions that nobody used, are kept this long."`
	SessionMemory Size     `env:"SESSION_MEMORY" default:"4GiB" help:"Memory of a sandbox; never more than the host's divided by MAX_SESSIONS."`
	SessionCPUs   float64  `name:"session-cpus" env:"SESSION_CPUS" default:"2" help:"Cores of a sandbox."`
	SessionPids   int64    `env:"SESSION_PIDS" default:"512" help:"Processes and threads of a sandbox."`
	SessionDisk   Size     `env:"SESSION_DISK" default:"5GiB" help:"What the files of a session may take."`

	MaxUploadMB    int64    `env:"MAX_UPLOAD_MB" default:"500" help:"Largest uploaded file, in MiB."`
	MaxFetchMB     int64    `env:"MAX_FETCH_SIZE_MB" default:"500" help:"Largest file of fetch_from_url, in MiB."`
	MaxRequestMB   int64    `env:"MAX_REQUEST_MB" default:"64" help:"Largest MCP message, in MiB."`
	MaxOutputChars int      `env:"MAX_OUTPUT_CHARS" default:"20000" help:"Characters of text in one reply."`
	DetachAfter    Duration `env:"DETACH_AFTER" default:"55s" help:"execute_code answers with a job_id after this long, to a client without a progress token."`
	JobTimeoutMax  Duration `env:"JOB_TIMEOUT_MAX" default:"4h" help:"Longest timeout of a job."`

	FetchAllowPrivate Prefixes `env:"FETCH_ALLOW_PRIVATE" placeholder:"CIDR,…" help:"Private address ranges that fetch_from_url may reach."`
	CORSOrigins       []string `env:"CORS_ORIGINS" placeholder:"ORIGIN" help:"Origins of web pages that may call this server."`
	PublicURL         string   `env:"PUBLIC_URL" help:"Where this server is reached from outside."`
	LogLevel          string   `env:"LOG_LEVEL" default:"INFO" enum:"DEBUG,INFO,WARNING,WARN,ERROR,debug,info,warning,warn,error" help:"DEBUG, INFO, WARNING or ERROR."`
}

// Check refuses settings out of bounds or that do not fit together, all at
// once, reads the keys' file, and lowers SessionMemory to the host's share.
func (c *Config) Check() error {
	errs := []error{
		between("PORT", int64(c.Port), 0, 65535),
		between("MAX_SESSIONS", int64(c.MaxSessions), 1, 1000),
		between("WARM_SANDBOXES", int64(c.WarmSandboxes), 0, 100),
		between("SESSION_PIDS", c.SessionPids, 32, 1<<20),
		between("MAX_UPLOAD_MB", c.MaxUploadMB, 1, 1<<20),
		between("MAX_FETCH_SIZE_MB", c.MaxFetchMB, 1, 1<<20),
		between("MAX_REQUEST_MB", c.MaxRequestMB, 1, 1024),
		between("MAX_OUTPUT_CHARS", int64(c.MaxOutputChars), 200, 1_000_000),
		atLeast("SESSION_IDLE_TIMEOUT", c.IdleTimeout, time.Second),
		atLeast("RETENTION", c.Retention, time.Minute),
		atLeast("DETACH_AFTER", c.DetachAfter, time.Second),
		atLeast("JOB_TIMEOUT_MAX", c.JobTimeoutMax, time.Second),
		c.checkSandbox(), c.readKeys(), c.checkAdminKey(), c.checkHost(), c.checkPublicURL(),
	}
	abs, err := filepath.Abs(c.DataDir)
	c.DataDir = abs
	c.SessionMemory = min(c.SessionMemory, hostMemory()/Size(max(c.MaxSessions, 1)))
	return errors.Join(append(errs, err)...)
}

func (c *Config) checkSandbox() error {
	if c.SessionMemory < 256<<20 {
		return fmt.Errorf("SESSION_MEMORY is %v; the library stack needs at least 256MiB", c.SessionMemory)
	}
	if c.SessionCPUs < 0.1 || c.SessionCPUs > 1024 {
		return fmt.Errorf("SESSION_CPUS is %v; allowed is 0.1 to 1024", c.SessionCPUs)
	}
	if c.SessionDisk < 1<<20 {
		return fmt.Errorf("SESSION_DISK is %v; allowed is 1MiB and more", c.SessionDisk)
	}
	return nil
}

// checkHost refuses to serve strangers: an address that others reach needs a
// key, or the wish for none said out loud.
func (c *Config) checkHost() error {
	if c.Loopback() || len(c.Keys) > 0 || c.AllowAnonymous {
		return nil
	}
	return fmt.Errorf("HOST is %s, which others can reach, and there are no API_KEYS: set API_KEYS=name:key, or ALLOW_ANONYMOUS=true to let anyone in who reaches it", c.Host)
}

func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("PUBLIC_URL must be an http or https URL such as https://python.example.com, without a user, query or fragment")
	}
	return nil
}

// BasePath is the path below which a proxy has the server, as PUBLIC_URL says;
// empty for none.
func (c *Config) BasePath() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.EscapedPath(), "/")
}

// Loopback says whether only this host can reach the server.
func (c *Config) Loopback() bool {
	ip, err := netip.ParseAddr(c.Host)
	return c.Host == "localhost" || err == nil && ip.IsLoopback()
}

// Address is where to listen.
func (c *Config) Address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// Level is LogLevel as slog has it.
func (c *Config) Level() slog.Level {
	var level slog.Level
	if c.LogLevel == "WARNING" || c.LogLevel == "warning" {
		return slog.LevelWarn
	}
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong checked it
	return level
}

// Limits are the orchestrator's bounds.
func (c *Config) Limits() orchestrator.Limits {
	return orchestrator.Limits{
		Sandbox: orchestrator.SandboxLimits{
			Memory: int64(c.SessionMemory), CPUs: c.SessionCPUs, Pids: c.SessionPids, Disk: int64(c.SessionDisk),
		},
		MaxSessions: c.MaxSessions, WarmSandboxes: c.WarmSandboxes,
		IdleTimeout: time.Duration(c.IdleTimeout), JobTimeoutMax: time.Duration(c.JobTimeoutMax),
		MaxOutputChars: c.MaxOutputChars, Retention: time.Duration(c.Retention), MaxUpload: c.MaxUploadMB << 20,
	}
}

func between(name string, got, least, most int64) error {
	if got < least || got > most {
		return fmt.Errorf("%s is %d; allowed is %d to %d", name, got, least, most)
	}
	return nil
}

func atLeast(name string, got Duration, least time.Duration) error {
	if time.Duration(got) < least {
		return fmt.Errorf("%s is %v; allowed is %v and more", name, time.Duration(got), least)
	}
	return nil
}
