package docker_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

const (
	ownID  = "cbb53063f10232524f65e5bcd25a4b18d9a3a1ad2ba68ab159825eec2b624027"
	onHost = "22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
	inside = "92 55 0:39 / / rw - overlay overlay rw\n" +
		"110 92 254:0 /var/lib/docker/containers/" + ownID + "/hostname /etc/hostname rw - ext4 /dev/vda rw\n"
	mounted = inside + "120 92 254:0 /srv/power\\040data /app/sandbox_data rw - ext4 /dev/vda rw\n"
)

// placed is an engine whose process sees these mounts.
func (f *fakeEngine) placed(t *testing.T, mountinfo string) *docker.Engine {
	return open(t, docker.Config{Host: f.host, Image: testImage, Root: fstest.MapFS{
		"proc/self/mountinfo": &fstest.MapFile{Data: []byte(mountinfo)},
	}})
}

// startedFrom starts a sandbox of the data folder and returns what the engine was asked to mount.
func startedFrom(t *testing.T, fake *fakeEngine, engine *docker.Engine, dataDir string) string {
	t.Helper()
	var request string
	fake.on("POST /containers/create", func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		request = string(read)
		body(map[string]any{"Id": "1"})(w, r)
	})
	fake.on("POST /containers/{name}/start", status(http.StatusNoContent, ""))
	s := spec()
	s.DataDir, s.Folder = dataDir, dataDir+"/sandboxes/"+s.ID
	if err := engine.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return request
}

func TestAServerInAContainerFindsItsDataFolderOnTheHost(t *testing.T) {
	for name, c := range map[string]struct{ mounts, want string }{
		"a folder":         {`[{"Type":"bind","Source":"/srv/power data","Destination":"/app/sandbox_data","RW":true}]`, "/srv/power data"},
		"a folder above":   {`[{"Type":"bind","Source":"/srv","Destination":"/app","RW":true},{"Type":"bind","Source":"/x","Destination":"/app/sand","RW":true}]`, "/srv/sandbox_data"},
		"the nearest":      {`[{"Type":"bind","Source":"/srv","Destination":"/app","RW":true},{"Type":"bind","Source":"/d","Destination":"/app/sandbox_data","RW":true}]`, "/d"},
		"a trailing slash": {`[{"Type":"bind","Source":"/srv/d","Destination":"/app/sandbox_data/","RW":true}]`, "/srv/d"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", pong)
			fake.on("GET /containers/"+ownID+"/json", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"Id":"`+ownID+`","Mounts":`+c.mounts+`}`)
			})
			engine := fake.placed(t, mounted)
			if err := engine.Locate(t.Context(), "/app/sandbox_data", ""); err != nil {
				t.Fatal(err, errorCause(err))
			}
			got := startedFrom(t, fake, engine, "/app/sandbox_data")
			for _, want := range []string{`"Source":"` + c.want + `/sandboxes/` + id, `"power-interpreter.data":"` + c.want + `"`} {
				if !strings.Contains(got, want) {
					t.Errorf("%s is not in %s", want, got)
				}
			}
			var filters string
			fake.on("GET /containers/json", func(w http.ResponseWriter, r *http.Request) {
				filters, _ = url.QueryUnescape(r.URL.RawQuery)
				body([]any{})(w, r)
			})
			if _, err := engine.List(t.Context(), "/app/sandbox_data"); err != nil || !strings.Contains(filters, `power-interpreter.data=`+c.want+`"`) {
				t.Errorf("listed %s, %v", filters, err)
			}
		})
	}
}

func TestTheDataFolderOnTheHostMayBeTold(t *testing.T) {
	fake := newFake(t)
	fake.on("/_ping", pong)
	engine := fake.placed(t, mounted)
	if err := engine.Locate(t.Context(), "/app/sandbox_data", "/told"); err != nil {
		t.Fatal(err)
	}
	if got := startedFrom(t, fake, engine, "/app/sandbox_data"); !strings.Contains(got, `"Source":"/told/sandboxes/`) {
		t.Error(got)
	}
}

func TestAServerOnTheHostAsksNothing(t *testing.T) {
	fake := newFake(t)
	fake.on("/_ping", pong)
	engine := fake.placed(t, onHost)
	if err := engine.Locate(t.Context(), "/srv/data", ""); err != nil {
		t.Fatal(err)
	}
	if asked := fake.requests(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
	if got := startedFrom(t, fake, engine, "/srv/data"); !strings.Contains(got, `"Source":"/srv/data/sandboxes/`) {
		t.Error(got)
	}
}

func TestAContainerThatCannotShareItsDataFolderIsToldWhy(t *testing.T) {
	answer := func(mounts string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"Id":"`+ownID+`","Mounts":`+mounts+`}`)
		}
	}
	for name, c := range map[string]struct {
		mountinfo, told string
		answer          http.HandlerFunc
		want            string
	}{
		"not mounted":           {inside, "", answer(`[]`), "not mounted from the host"},
		"not mounted, and told": {inside, "/told", answer(`[]`), "not mounted from the host"},
		"tmpfs":                 {mounted, "", answer(`[]`), "no folder of the host's"},
		"a volume":              {mounted, "", answer(`[{"Type":"volume","Source":"/var/lib/docker/volumes/v/_data","Destination":"/app/sandbox_data","RW":true}]`), "not a volume"},
		"read-only":             {mounted, "", answer(`[{"Type":"bind","Source":"/d","Destination":"/app/sandbox_data"}]`), "read-only"},
		"another engine":        {mounted, "", status(http.StatusNotFound, "No such container"), "SANDBOX_DATA_DIR_HOST"},
		"a sick engine":         {mounted, "", status(http.StatusInternalServerError, "engine's words"), "SANDBOX_DATA_DIR_HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.on("/_ping", pong)
			fake.on("GET /containers/"+ownID+"/json", c.answer)
			err := fake.placed(t, c.mountinfo).Locate(t.Context(), "/app/sandbox_data", c.told)
			wantError(t, err, orchestrator.CodeUnavailable, c.want)
		})
	}
}
