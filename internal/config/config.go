// Package config is what the environment and the flags say, checked.
package config

import (
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

// Config holds every setting, and is the one place where they are listed. A
// field with an env tag is a setting: kong makes a flag of it, and from its tags
// come --help (group, help), the bounds that Check holds it to (least, most),
// the table of the config command, what is masked there (secret: "all", or
// "pairs" to leave the names), and what a misspelt name is compared with.
type Config struct {
	Host        string   `env:"HOST" group:"serving" default:"127.0.0.1" help:"Address to listen on. Any but loopback needs a key, or ALLOW_ANONYMOUS=true."`
	Port        int      `env:"PORT" group:"serving" default:"8000" least:"0" most:"65535" help:"Port to listen on; 0 takes a free one."`
	PublicURL   string   `env:"PUBLIC_URL" group:"serving" placeholder:"URL" help:"Where this server is reached from outside."`
	CORSOrigins []string `env:"CORS_ORIGINS" group:"serving" placeholder:"ORIGIN" help:"Origins of web pages that may call this server."`
	LogLevel    LogLevel `env:"LOG_LEVEL" group:"serving" default:"INFO" help:"DEBUG, INFO, WARNING or ERROR."`

	// APIKeyList is parsed by Check, not by kong, whose errors repeat the value.
	APIKeyList     string `name:"api-keys" env:"API_KEYS" group:"keys" secret:"pairs" placeholder:"NAME:KEY,…" help:"Keys, sent as Authorization: Bearer. Each name has its own sessions."`
	APIKeysFile    string `env:"API_KEYS_FILE" group:"keys" type:"existingfile" placeholder:"FILE" help:"File of name:key lines."`
	Keys           Keys   `kong:"-"` // of both, after Check
	AdminKey       string `env:"ADMIN_KEY" group:"keys" secret:"all" placeholder:"KEY" help:"Opens /admin and /metrics, sent as Authorization: Bearer. Without it they are served to this host alone, and not at all where there are API_KEYS."`
	AllowAnonymous bool   `env:"ALLOW_ANONYMOUS" group:"keys" help:"Serve without keys on an address that is not loopback."`

	ExecutorURL    string `env:"EXECUTOR_URL" group:"executor" placeholder:"URL" help:"Where code is run: an executor there, of which this is the front. Empty, in this process; at a loopback address where nothing listens, an executor is started."`
	ExecutorListen string `env:"EXECUTOR_LISTEN" group:"executor" default:"127.0.0.1:8080" help:"Address and port that executor listens on. Any but loopback needs EXECUTOR_TOKEN, and TLS."`
	// ExecutorToken is parsed by Check, as APIKeyList is.
	ExecutorToken    string `env:"EXECUTOR_TOKEN" group:"executor" secret:"pairs" placeholder:"TOKEN" help:"Shared by front and executor. An executor of several fronts has name:token pairs, and each front sees its own sessions."`
	ExecutorTokens   Keys   `kong:"-"` // after Check
	ExecutorTLSCert  string `name:"executor-tls-cert" env:"EXECUTOR_TLS_CERT" group:"executor" type:"existingfile" placeholder:"FILE" help:"Certificate of executor, PEM, with those between it and its authority."`
	ExecutorTLSKey   string `name:"executor-tls-key" env:"EXECUTOR_TLS_KEY" group:"executor" type:"existingfile" placeholder:"FILE" help:"Key of that certificate, PEM."`
	ExecutorCA       string `name:"executor-ca" env:"EXECUTOR_CA" group:"executor" type:"existingfile" placeholder:"FILE" help:"Authority of the executor's certificate, PEM; the system's if empty."`
	ExecutorInsecure bool   `env:"EXECUTOR_INSECURE" group:"executor" help:"Let token, code and data go over plain HTTP between front and executor on different hosts."`

	DockerHost    string   `env:"DOCKER_HOST" group:"sandboxes" placeholder:"unix://SOCKET" help:"Socket of the engine on this host; its default if empty."`
	Image         string   `env:"SANDBOX_IMAGE" group:"sandboxes" default:"power-interpreter-runner:latest" help:"Image of the sandboxes."`
	Runtime       string   `env:"SANDBOX_RUNTIME" group:"sandboxes" placeholder:"NAME" help:"Runtime of the engine, such as runsc for gVisor; its default if empty."`
	MaxSessions   int      `env:"MAX_SESSIONS" group:"sandboxes" default:"6" least:"1" most:"1000" help:"Sandboxes of sessions at once."`
	WarmSandboxes int      `env:"WARM_SANDBOXES" group:"sandboxes" default:"1" least:"0" most:"100" help:"Sandboxes kept ready before anyone asks."`
	IdleTimeout   Duration `env:"SESSION_IDLE_TIMEOUT" group:"sandboxes" default:"30m" least:"1s" help:"A session idle for longer is stopped; its files are kept."`

	SessionMemory Size    `env:"SESSION_MEMORY" group:"limits" default:"4GiB" least:"256MiB" help:"Memory of a sandbox; never more than the host's divided by MAX_SESSIONS."`
	SessionCPUs   float64 `name:"session-cpus" env:"SESSION_CPUS" group:"limits" default:"2" least:"0.1" most:"1024" help:"Cores of a sandbox."`
	SessionPids   int64   `env:"SESSION_PIDS" group:"limits" default:"512" least:"32" most:"1048576" help:"Processes and threads of a sandbox."`
	SessionDisk   Size    `env:"SESSION_DISK" group:"limits" default:"5GiB" least:"1MiB" help:"What the files of a session may take."`

	DataDir           string   `env:"SANDBOX_DATA_DIR" group:"files" default:"/app/sandbox_data" help:"Where sessions' files are kept on this host."`
	DataDirHost       string   `env:"SANDBOX_DATA_DIR_HOST" group:"files" placeholder:"PATH" help:"Where the engine's host has that folder, for a server in a container; found by asking the engine if empty."`
	Retention         Duration `env:"RETENTION" group:"files" default:"7d" least:"1m" help:"Results, and files of sessions that nobody used, are kept this long."`
	MaxUploadMB       int64    `env:"MAX_UPLOAD_MB" group:"files" default:"500" least:"1" most:"1048576" help:"Largest uploaded file, in MiB."`
	MaxFetchMB        int64    `env:"MAX_FETCH_SIZE_MB" group:"files" default:"500" least:"1" most:"1048576" help:"Largest file of fetch_from_url, in MiB."`
	FetchAllowPrivate Prefixes `env:"FETCH_ALLOW_PRIVATE" group:"files" placeholder:"CIDR,…" help:"Private address ranges that fetch_from_url may reach."`

	MaxRequestMB   int64    `env:"MAX_REQUEST_MB" group:"calls" default:"64" least:"1" most:"1024" help:"Largest MCP message, in MiB."`
	MaxOutputChars int      `env:"MAX_OUTPUT_CHARS" group:"calls" default:"20000" least:"200" most:"1000000" help:"Characters of text in one reply."`
	DetachAfter    Duration `env:"DETACH_AFTER" group:"calls" default:"55s" least:"1s" help:"execute_code answers with a job_id after this long, to a client without a progress token."`
	JobTimeoutMax  Duration `env:"JOB_TIMEOUT_MAX" group:"calls" default:"4h" least:"1s" help:"Longest timeout of a job."`

	origins map[string]Origin // by the setting's name; of those that are not at their default
	flags   map[string]string // by the setting's name; of those that came by flag
	refused []error           // values of the environment that could not be read
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
func (c *Config) Loopback() bool { return isLoopback(c.Host) }

// Address is where to listen.
func (c *Config) Address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// Level is LogLevel as slog has it.
func (c *Config) Level() slog.Level { return c.LogLevel.slog() }

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
