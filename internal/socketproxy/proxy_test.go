package socketproxy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestASandboxesWholeLifePasses(t *testing.T) {
	r := newRig(t)
	engine := r.server(t)
	if runner, err := engine.Check(t.Context()); err != nil || runner != "cafe" {
		t.Fatal(runner, err, errors.Unwrap(err))
	}
	for _, cpus := range []float64{1.1, 1, 0.1, 0.57, 0.333333} { // each another quota
		s := spec()
		s.Limits.CPUs = cpus
		if err := engine.Start(t.Context(), s); err != nil {
			t.Fatal(cpus, err, errors.Unwrap(err))
		}
	}
	stream, err := engine.Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	if _, err := stream.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stream).ReadString('\n'); line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
	_ = stream.Close()
	if _, err := engine.List(t.Context(), dataDir); err != nil {
		t.Error(err, errors.Unwrap(err))
	}
	if err := engine.Remove(t.Context(), id); err != nil {
		t.Error(err, errors.Unwrap(err))
	}
}

// goodCreate is a request to create a sandbox as a server makes it.
func goodCreate(t *testing.T, r *rig) map[string]any {
	t.Helper()
	if err := r.server(t).Start(t.Context(), spec()); err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	var body map[string]any
	if err := json.Unmarshal(r.body, &body); err != nil {
		t.Fatal(err)
	}
	r.reached()
	return body
}

const create = "/v1.41/containers/create?name=power-interpreter-" + id

// TestOnlySandboxesAreCreated changes each setting of a sandbox's in turn.
func TestOnlySandboxesAreCreated(t *testing.T) {
	r := newRig(t)
	good := goodCreate(t, r)
	if status := r.send(t, "POST", create, encoded(t, good)); status != http.StatusOK {
		t.Fatalf("the good one: %d", status)
	}
	r.reached()
	host := func(key string, value any) map[string]any {
		return with(good, "HostConfig", with(good["HostConfig"].(map[string]any), key, value))
	}
	mount := good["HostConfig"].(map[string]any)["Mounts"].([]any)[0].(map[string]any)
	label := func(key, value string) map[string]any {
		return with(good, "Labels", with(good["Labels"].(map[string]any), "power-interpreter."+key, value))
	}
	for name, body := range map[string]any{
		"privileged":              host("Privileged", true),
		"the host's network":      host("NetworkMode", "host"),
		"a network":               host("NetworkMode", "bridge"),
		"the host's processes":    host("PidMode", "host"),
		"the host's IPC":          host("IpcMode", "host"),
		"the host's users":        host("UsernsMode", "host"),
		"the host's name":         host("UTSMode", "host"),
		"another's namespace":     host("PidMode", "container:x"),
		"a bind of /":             host("Binds", []string{"/:/host"}),
		"a mount of /":            host("Mounts", []any{with(mount, "Source", "/")}),
		"a mount above":           host("Mounts", []any{with(mount, "Source", dataDir)}),
		"a mount of another's":    host("Mounts", []any{with(mount, "Source", dataDir+"/sandboxes/"+other)}),
		"a mount by dots":         host("Mounts", []any{with(mount, "Source", dataDir+"/sandboxes/"+id+"/../..")}),
		"a second mount":          host("Mounts", []any{mount, with(with(mount, "Source", "/"), "Target", "/host")}),
		"a shared mount":          host("Mounts", []any{with(mount, "BindOptions", map[string]any{"Propagation": "rshared"})}),
		"no mount":                host("Mounts", []any{}),
		"volumes of another":      host("VolumesFrom", []string{"x"}),
		"a capability":            host("CapAdd", []string{"SYS_ADMIN"}),
		"capabilities kept":       host("CapDrop", []string{}),
		"a device":                host("Devices", []any{map[string]any{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/sda"}}),
		"device rules":            host("DeviceCgroupRules", []string{"a *:* rwm"}),
		"no seccomp":              host("SecurityOpt", []string{"no-new-privileges:true", "seccomp=unconfined"}),
		"new privileges":          host("SecurityOpt", good["HostConfig"].(map[string]any)["SecurityOpt"].([]any)[1:]),
		"a root to write on":      host("ReadonlyRootfs", false),
		"nothing masked":          host("MaskedPaths", []string{}),
		"another runtime":         host("Runtime", "evil"),
		"another cgroup":          host("CgroupParent", "/"),
		"the host's cgroups":      host("CgroupnsMode", "host"),
		"a port":                  host("PortBindings", map[string]any{"80/tcp": []any{map[string]any{"HostPort": "80"}}}),
		"a log":                   host("LogConfig", map[string]any{"Type": "syslog"}),
		"a restart":               host("RestartPolicy", map[string]any{"Name": "always"}),
		"sysctls":                 host("Sysctls", map[string]any{"kernel.x": "1"}),
		"more memory":             host("Memory", 8<<30),
		"memory without end":      host("Memory", 0),
		"more cores":              host("CpuQuota", 200000),
		"cores without end":       host("CpuQuota", 0),
		"more processes":          host("PidsLimit", 513),
		"processes without end":   host("PidsLimit", nil),
		"no limit on files":       host("Ulimits", []any{}),
		"an OOM killer's friend":  host("OomScoreAdj", -1000),
		"a setting of the future": host("Unheard", true),
		"root":                    with(good, "User", "0:0"),
		"a user":                  with(good, "User", "1000:1000"),
		"a command":               with(good, "Cmd", []string{"sh"}),
		"an entry point":          with(good, "Entrypoint", []string{"sh"}),
		"an environment":          with(good, "Env", []string{"LD_PRELOAD=/x"}),
		"another image":           with(good, "Image", "debian"),
		"an image by digest":      with(good, "Image", "sha256:"+strings.Repeat("0", 64)),
		"a network of its own":    with(good, "NetworkDisabled", false),
		"an endpoint":             with(good, "NetworkingConfig", map[string]any{"EndpointsConfig": map[string]any{"bridge": map[string]any{}}}),
		"a health check":          with(good, "Healthcheck", map[string]any{"Test": []string{"CMD", "x"}}),
		"anonymous volumes":       with(good, "Volumes", map[string]any{"/x": map[string]any{}}),
		"a terminal":              with(good, "Tty", true),
		"an unknown setting":      with(good, "Unheard", 1),
		"no host config":          with(good, "HostConfig", nil),
		"another's id":            label("sandbox", other),
		"an id with a path":       label("sandbox", "../../../../etc00"),
		"another's data folder":   label("data", "/srv/other"),
		"no uid":                  label("uid", ""),
		"root's uid":              label("uid", "0"),
		"a long hash":             label("runner", strings.Repeat("a", 65)),
		"one more label":          label("x", "y"),
		"nothing":                 map[string]any{},
	} {
		if status := r.send(t, "POST", create, encoded(t, body)); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	text := encoded(t, good)
	for name, raw := range map[string]string{
		"not JSON":        "x",
		"two bodies":      text + text,
		"null":            "null",
		"a list":          "[]",
		"privileged last": strings.TrimSuffix(text, "}") + `,"HostConfig":{"Privileged":true}}`,
		"too large":       text + strings.Repeat(" ", 300<<10),
	} {
		if status := r.send(t, "POST", create, raw); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	if reached := r.reached(); len(reached) > 0 {
		t.Errorf("the engine was asked %v", reached)
	}
}

// TestTheEngineGetsWhatTheProxyUnderstood hands in settings twice, of which the
// engine might take the other.
func TestTheEngineGetsWhatTheProxyUnderstood(t *testing.T) {
	r := newRig(t)
	good := encoded(t, goodCreate(t, r))
	twice := `{"hostconfig":{"Privileged":false},` + strings.TrimPrefix(good, "{")
	status := r.send(t, "POST", create, twice)
	if status == http.StatusOK && (bytes.Contains(r.body, []byte("hostconfig")) || bytes.Count(r.body, []byte(`"HostConfig"`)) != 1) {
		t.Errorf("passed on: %s", r.body)
	}
	if status != http.StatusOK && status != http.StatusForbidden {
		t.Error(status)
	}
}

func TestEveryOtherCallIsRefused(t *testing.T) {
	r := newRig(t)
	ours, foreign := "/v1.41/containers/power-interpreter-"+id, "/v1.41/containers/power-interpreter-"+other
	filter := func(label string) string {
		return url.QueryEscape(`{"label":{"` + label + `":true}}`)
	}
	mine := filter("power-interpreter.data=" + dataDir)
	for _, call := range []string{
		"POST /v1.41/containers/x/exec", "POST " + ours + "/exec", "POST /v1.41/exec/1/start",
		"POST " + ours + "/kill", "POST " + ours + "/stop", "POST " + ours + "/restart", "POST " + ours + "/pause",
		"POST " + ours + "/rename?name=x", "POST " + ours + "/update", "POST " + ours + "/resize",
		"GET " + ours + "/logs?stdout=1", "GET " + ours + "/archive?path=/", "PUT " + ours + "/archive?path=/", "HEAD " + ours + "/archive?path=/",
		"GET " + ours + "/export", "GET " + ours + "/top", "GET " + ours + "/changes", "POST " + ours + "/wait",
		"GET " + ours + "/attach/ws?stream=1", "POST " + ours + "/attach?stream=1&stdin=1&stdout=1&stderr=1&logs=1", "POST " + ours + "/attach",
		"POST " + ours + "/start?checkpoint=x", "DELETE " + ours, "DELETE " + ours + "?force=1&v=1&link=1", "GET " + ours + "/json?size=1",
		"GET " + ours + "/stats", "GET " + ours + "/stats?stream=1", "GET " + ours + "/", "GET " + ours + "//json",
		// others' containers
		"GET " + foreign + "/json", "POST " + foreign + "/start", "DELETE " + foreign + "?force=1&v=1", "POST " + foreign + "/unpause",
		"POST " + foreign + "/attach?stream=1&stdin=1&stdout=1&stderr=1", "GET " + foreign + "/stats?one-shot=1&stream=0",
		"DELETE /v1.41/containers/database?force=1&v=1", "GET /v1.41/containers/database/json", "POST /v1.41/containers/database/start",
		"GET /v1.41/containers/power-interpreter-/json", "GET /v1.41/containers/power-interpreter-" + strings.Repeat("0", 64) + "/json",
		// by another spelling
		"GET " + ours + "%2fjson", "POST /v1.41/containers/power-interpreter-" + id + "%2f..%2fdatabase/start",
		"POST /v1.41/containers/power-interpreter-" + id + "/../database/start", "GET //v1.41/containers/json", "GET /v1.41//info",
		"GET /containers/json", "POST /v1.23/containers/power-interpreter-" + id + "/start", "POST /v1.40/containers/create?name=x", "GET /v1.4/info", "GET /v2.41/info",
		// the rest of the engine
		"GET /v1.41/info", "GET /v1.41/version", "GET /version", "GET /v1.41/images/json", "POST /v1.41/images/create?fromImage=x", "POST /v1.41/images/load",
		"DELETE /v1.41/images/" + image, "GET /v1.41/images/debian/json", "GET /v1.41/images/" + image + "/get", "POST /v1.41/images/" + image + "/push", "GET /v1.41/images/" + image + "/json?manifests=1",
		"POST /v1.41/build", "POST /v1.41/build/prune", "POST /v1.41/commit?container=x", "POST /v1.41/containers/prune",
		"POST /v1.41/volumes/create", "GET /v1.41/volumes", "DELETE /v1.41/volumes/x", "POST /v1.41/networks/create", "POST /v1.41/networks/bridge/connect",
		"POST /v1.41/swarm/init", "GET /v1.41/swarm", "POST /v1.41/services/create", "GET /v1.41/secrets", "POST /v1.41/plugins/pull", "POST /v1.41/auth",
		"POST /v1.41/session", "POST /v1.41/grpc", "GET /v1.41/system/df", "GET /v1.41/distribution/x/json", "POST /_ping", "GET /_ping?x=1", "GET /", "CONNECT /x",
		// everybody's lists
		"GET /v1.41/containers/json", "GET /v1.41/containers/json?all=1", "GET /v1.41/containers/json?all=1&filters=%7B%7D",
		"GET /v1.41/containers/json?all=1&filters=" + filter("power-interpreter.data=/srv/other"), "GET /v1.41/containers/json?all=1&filters=x",
		"GET /v1.41/containers/json?all=1&size=1&filters=" + mine, "GET /v1.41/containers/json?all=1&filters=" + mine + "&filters=%7B%7D",
		"GET /v1.41/events", "GET /v1.41/events?filters=" + mine, "GET /v1.41/events?since=0",
		"POST /v1.41/containers/create", "POST " + create + "&platform=x",
	} {
		method, target, _ := strings.Cut(call, " ")
		if method == "CONNECT" {
			continue // Go's client makes it another request
		}
		if status := r.send(t, method, target, ""); status != http.StatusForbidden {
			t.Errorf("%s: %d", call, status)
		}
	}
	if status := r.send(t, "POST", ours+"/start", `{"Privileged":true}`); status != http.StatusForbidden {
		t.Errorf("start with settings: %d", status)
	}
	if reached := r.reached(); len(reached) > 0 {
		t.Errorf("the engine was asked %v", reached)
	}
}

func TestAnAttachmentEndsWhenItsServerLeaves(t *testing.T) {
	r := newRig(t)
	stream, err := r.server(t).Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_ = stream.Close() // goleak sees whether the proxy and the engine let go
}

func TestAnEngineThatIsAwayIsNoRefusal(t *testing.T) {
	r := newRig(t)
	r.away()
	for _, call := range []string{"GET /_ping", "DELETE /v1.41/containers/power-interpreter-" + id + "?force=1&v=1"} {
		method, target, _ := strings.Cut(call, " ")
		if status := r.send(t, method, target, ""); status != http.StatusBadGateway {
			t.Errorf("%s: %d", call, status)
		}
	}
}

func with(m map[string]any, key string, value any) map[string]any {
	changed := maps.Clone(m)
	changed[key] = value
	return changed
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
