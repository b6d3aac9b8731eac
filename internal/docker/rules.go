package docker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"power-interpreter/deploy"
	"power-interpreter/orchestrator"
)

// Rules say which requests to an engine are those that an Engine makes for one
// data folder. They are as strict as that: a sandbox is created exactly as
// Engine itself would, and only sandboxes of that folder are touched.
type Rules struct {
	// DataDir is the data folder's path on the engine's host.
	DataDir string
	// Image and Runtime are what sandboxes are started with.
	Image, Runtime string
	// Limits are the most that a sandbox may get.
	Limits orchestrator.SandboxLimits
}

// MaxCreate bounds the body of a request, in bytes: a create is 17 KB, of which
// the seccomp profile is 14.
const MaxCreate = 256 << 10

// Passed is a request as the engine gets it: nothing of what was asked is in it
// but what was understood, so that nobody reads it otherwise than the rules did.
type Passed struct {
	Method, Path string
	Query        url.Values
	Body         []byte
	// Sandbox is the name of the container that must be a sandbox of the data
	// folder for the request to be passed on; empty for none.
	Sandbox string
	// Upgrade is for a request that becomes a raw stream.
	Upgrade bool
}

// versioned are the paths of the engine's interface. The oldest that Engine
// speaks is 1.41; older ones take a container's settings when it is started.
var versioned = regexp.MustCompile(`^(/v1\.(?:4[1-9]|[5-9][0-9]|[1-9][0-9]{2}))(/.+)$`)

// Pass returns the request to make in place of one that Engine would make; its
// error says why another is refused.
func (r *Rules) Pass(method, path string, query url.Values, body []byte) (Passed, error) {
	if path == "/_ping" && (method == http.MethodHead || method == http.MethodGet) && len(query) == 0 {
		return Passed{Method: method, Path: path}, nil
	}
	parts := versioned.FindStringSubmatch(path)
	if parts == nil {
		return Passed{}, fmt.Errorf("%s %q is not among the calls that sandboxes need", method, path)
	}
	passed, err := r.route(method, parts[2], query, body)
	passed.Path = parts[1] + passed.Path
	return passed, err
}

// verbs are the calls on one container, with the only query that each may have.
var verbs = map[string]Passed{
	"GET /json":     {},
	"GET /stats":    {Query: url.Values{"stream": {"0"}, "one-shot": {"1"}}},
	"POST /start":   {},
	"POST /unpause": {},
	"POST /attach":  {Query: url.Values{"stream": {"1"}, "stdin": {"1"}, "stdout": {"1"}, "stderr": {"1"}}, Upgrade: true},
	"DELETE ":       {Query: url.Values{"force": {"1"}, "v": {"1"}}},
}

// route is Pass below the version.
func (r *Rules) route(method, path string, query url.Values, body []byte) (Passed, error) {
	call := method + " " + path
	switch {
	case call == "POST /containers/create":
		return r.create(query, body)
	case len(body) > 0:
		return Passed{}, fmt.Errorf("%q has a body, and needs none", call)
	case call == "GET /containers/json":
		return r.listing(path, query, url.Values{"all": {"1"}}, ofDataDir(r.DataDir))
	case call == "GET /events":
		return r.listing(path, query, url.Values{}, exitsOf(r.DataDir))
	case call == "GET /images/"+r.Image+"/json" && len(query) == 0:
		return Passed{Method: method, Path: path}, nil
	}
	rest, found := strings.CutPrefix(path, "/containers/"+namePrefix)
	id, verb, _ := strings.Cut(rest, "/")
	if verb != "" {
		verb = "/" + verb
	}
	passed, known := verbs[method+" "+verb]
	if !found || !known || !internalID.MatchString(id) || query.Encode() != passed.Query.Encode() {
		return Passed{}, fmt.Errorf("%q is not among the calls that sandboxes need", call)
	}
	passed.Method, passed.Path, passed.Sandbox = method, path, namePrefix+id
	return passed, nil
}

// listing is a question that must be about this data folder alone.
func (r *Rules) listing(path string, query, want url.Values, about filters.Args) (Passed, error) {
	asked, err := filters.FromJSON(query.Get("filters"))
	if err != nil || len(query["filters"]) > 1 {
		return Passed{}, fmt.Errorf("%s: the filters are none", path)
	}
	right, err := filters.ToJSON(about)
	if err != nil {
		return Passed{}, err
	}
	got, err := filters.ToJSON(asked)
	want.Set("filters", right)
	query.Set("filters", got)
	if err != nil || query.Encode() != want.Encode() {
		return Passed{}, fmt.Errorf("%s must ask about the sandboxes of %s alone", path, r.DataDir)
	}
	return Passed{Method: http.MethodGet, Path: path, Query: want}, nil
}

// create reads from the request what differs between sandboxes, makes the
// settings of such a sandbox, and refuses the request if it is another.
func (r *Rules) create(query url.Values, body []byte) (Passed, error) {
	name := query.Get("name")
	if query.Encode() != (url.Values{"name": {name}}).Encode() {
		return Passed{}, fmt.Errorf("a sandbox is created with a name and nothing else")
	}
	var asked container.CreateRequest
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return Passed{}, fmt.Errorf("the settings cannot be read: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Passed{}, fmt.Errorf("there is something after the settings")
	}
	spec, err := r.specOf(asked)
	if err != nil {
		return Passed{}, err
	}
	seccomp, err := oneLine(deploy.SeccompProfile)
	if err != nil {
		return Passed{}, err
	}
	made, err := settingsOf(spec, seccomp)
	if err != nil {
		return Passed{}, err
	}
	want, err := json.Marshal(container.CreateRequest{Config: made.config, HostConfig: made.host, NetworkingConfig: made.network})
	if err != nil {
		return Passed{}, err
	}
	got, err := json.Marshal(asked)
	if err != nil || name != made.name || !bytes.Equal(got, want) {
		return Passed{}, fmt.Errorf("the settings are not those of a sandbox")
	}
	return Passed{Method: http.MethodPost, Path: "/containers/create", Query: url.Values{"name": {name}}, Body: want}, nil
}

// runnerHash is what deploy/image.sh labels images with, with room for another.
var runnerHash = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)

// specOf is the sandbox that the settings would be of, within the rules.
func (r *Rules) specOf(asked container.CreateRequest) (orchestrator.Spec, error) {
	if asked.Config == nil || asked.HostConfig == nil {
		return orchestrator.Spec{}, fmt.Errorf("settings are missing")
	}
	id := asked.Labels[labelSandbox]
	uid, err := strconv.Atoi(asked.Labels[labelUID])
	limits := orchestrator.SandboxLimits{Memory: asked.HostConfig.Memory, CPUs: cpus(asked.HostConfig.CPUQuota), Disk: fileSize(asked)}
	if asked.HostConfig.PidsLimit != nil {
		limits.Pids = *asked.HostConfig.PidsLimit
	}
	most := r.Limits
	switch {
	case err != nil || !internalID.MatchString(id):
		return orchestrator.Spec{}, fmt.Errorf("there is no sandbox id and uid among the labels")
	case !runnerHash.MatchString(asked.Labels[labelRunner]):
		return orchestrator.Spec{}, fmt.Errorf("there is no runner's hash among the labels")
	case asked.Image != r.Image:
		return orchestrator.Spec{}, fmt.Errorf("the image is %.100q; sandboxes are of SANDBOX_IMAGE, here %q", asked.Image, r.Image)
	case asked.HostConfig.Runtime != r.Runtime:
		return orchestrator.Spec{}, fmt.Errorf("the runtime is %.100q; sandboxes have SANDBOX_RUNTIME, here %q", asked.HostConfig.Runtime, r.Runtime)
	case limits.Memory > most.Memory || limits.Pids > most.Pids || limits.Disk > most.Disk || asked.HostConfig.CPUQuota > quotaOf(most.CPUs):
		return orchestrator.Spec{}, fmt.Errorf("the limits are above SESSION_MEMORY, SESSION_CPUS, SESSION_PIDS or SESSION_DISK, here %+v", most)
	}
	return orchestrator.Spec{
		ID: id, UID: uid, Image: r.Image, Runtime: r.Runtime, Limits: limits, DataDir: r.DataDir,
		Folder: filepath.Join(r.DataDir, sandboxFolders, id), Runner: asked.Labels[labelRunner],
	}, nil
}

// sandboxFolders is where the data folder has the folders of sandboxes (see
// internal/workspace).
const sandboxFolders = "sandboxes"

// cpus are cores of which a sandbox gets this quota: of those that do, ones far
// from the next quota, since dividing and multiplying again may miss by a bit.
func cpus(quota int64) float64 {
	return (float64(quota) - 0.5) / float64(cpuPeriod.Microseconds())
}

func fileSize(asked container.CreateRequest) int64 {
	for _, limit := range asked.HostConfig.Ulimits {
		if limit != nil && limit.Name == "fsize" {
			return limit.Hard
		}
	}
	return math.MinInt64
}

// Ours reports whether what the engine tells of a container, the answer to GET
// /containers/{name}/json, is of a sandbox of the data folder by that name.
func (r *Rules) Ours(name string, answer []byte) bool {
	var about struct {
		Name   string
		Config struct{ Labels map[string]string }
	}
	return json.Unmarshal(answer, &about) == nil &&
		about.Name == "/"+name &&
		namePrefix+about.Config.Labels[labelSandbox] == name &&
		about.Config.Labels[labelData] == filepath.Clean(r.DataDir)
}

// exitsOf are the events that Exits asks for.
func exitsOf(dataDir string) filters.Args {
	which := ofDataDir(dataDir)
	which.Add("type", string(events.ContainerEventType))
	for _, action := range []events.Action{events.ActionStart, events.ActionDie, events.ActionDestroy, events.ActionPause} {
		which.Add("event", string(action))
	}
	return which
}
