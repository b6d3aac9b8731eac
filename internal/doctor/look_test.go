package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"power-interpreter/internal/config"
	"power-interpreter/internal/doctor"
)

// aPlace is a host without an engine, and a folder for data.
func aPlace(t *testing.T) *config.Config {
	t.Helper()
	// Not t.TempDir: a socket's path may have 107 bytes only.
	dir, err := os.MkdirTemp("", "doctor")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return &config.Config{
		Host: "127.0.0.1", Image: "power-interpreter-runner:test", DataDir: dir, DockerHost: "unix://" + filepath.Join(dir, "s"),
		MaxSessions: 1, SessionMemory: 256 << 20, SessionCPUs: 1, SessionPids: 64, SessionDisk: 1 << 30,
	}
}

func look(t *testing.T, c *config.Config) doctor.Facts {
	t.Helper()
	return doctor.Look(t.Context(), doctor.Options{Config: c, Logger: slog.New(slog.DiscardHandler)})
}

func socketOf(c *config.Config) string { return strings.TrimPrefix(c.DockerHost, "unix://") }

// listen serves a socket until the test ends.
func listen(t *testing.T, path string, serve func(net.Conn)) {
	t.Helper()
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
}

func TestHowFarAnEngineIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, c *config.Config)
		want doctor.SocketState
	}{
		"absent": {func(*testing.T, *config.Config) {}, doctor.SocketAbsent},
		"stale": {func(t *testing.T, c *config.Config) {
			listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socketOf(c), Net: "unix"})
			if err != nil {
				t.Fatal(err)
			}
			listener.SetUnlinkOnClose(false)
			_ = listener.Close()
		}, doctor.SocketStale},
		"a file": {func(t *testing.T, c *config.Config) {
			if err := os.WriteFile(socketOf(c), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, doctor.SocketNone},
		"elsewhere": {func(_ *testing.T, c *config.Config) { c.DockerHost = "tcp://far:2375" }, doctor.SocketForeign},
		"no engine": {func(t *testing.T, c *config.Config) {
			listen(t, socketOf(c), func(conn net.Conn) { _, _ = conn.Write([]byte("220 mail\r\n")) })
		}, doctor.SocketBroken},
		"closes": {func(t *testing.T, c *config.Config) { listen(t, socketOf(c), func(net.Conn) {}) }, doctor.SocketBroken},
		"hangs": {func(t *testing.T, c *config.Config) {
			listen(t, socketOf(c), func(conn net.Conn) {
				var one [1]byte
				for err := error(nil); err == nil; { // until the other side gives up
					_, err = conn.Read(one[:])
				}
			})
		}, doctor.SocketHangs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := aPlace(t)
			c.make(t, config)
			facts := look(t, config)
			if facts.Socket.State != c.want {
				t.Errorf("%s, want %s (%v)", facts.Socket.State, c.want, facts.Socket.Err)
			}
			found := find(doctor.Judge(facts), "engine")
			if len(found) != 1 || found[0].Level != doctor.Fail {
				t.Errorf("%v", found)
			}
			if facts.Sandbox.Tried {
				t.Error("a sandbox was tried without an engine")
			}
		})
	}
}

func TestLookingChangesNothing(t *testing.T) {
	c := aPlace(t)
	c.DataDir = filepath.Join(c.DataDir, "not", "yet")
	facts := look(t, c)
	if !facts.Folder.Tried || facts.Folder.Exists || facts.Folder.Made != nil {
		t.Errorf("%+v", facts.Folder)
	}
	left, err := os.ReadDir(filepath.Dir(filepath.Dir(c.DataDir)))
	if err != nil || len(left) != 0 {
		t.Errorf("%v, %v are left", left, err)
	}
}

func TestTheFolder(t *testing.T) {
	c := aPlace(t)
	facts := look(t, c)
	if d := facts.Folder; !d.Exists || d.Err != nil || d.Made != nil || d.Type == "" || d.Mount == "" || d.Free <= 0 || d.Total < d.Free || d.Holder != 0 {
		t.Errorf("%+v", d)
	}
	if d := facts.Folder; d.Others != 0 || d.Tmp {
		t.Errorf("%+v: an empty folder has others' files", d)
	}
	for _, name := range []string{"tmp", "mine", "lost+found", ".doctor-1"} {
		if err := os.Mkdir(filepath.Join(c.DataDir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if d := look(t, c).Folder; d.Others != 2 || !d.Tmp {
		t.Errorf("%+v: two entries are others'", d)
	}
	if err := os.WriteFile(filepath.Join(c.DataDir, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if d := look(t, c).Folder; d.Others != 0 || d.Tmp {
		t.Errorf("%+v: what a server has used is its own", d)
	}
	file := filepath.Join(c.DataDir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.DataDir = file
	if look(t, c).Folder.Err == nil {
		t.Error("a file is a folder")
	}
}

func TestAnotherServersHoldOnTheFolderIsSeenAndNotTouched(t *testing.T) {
	c := aPlace(t)
	lock, err := os.OpenFile(filepath.Join(c.DataDir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if holder := look(t, c).Folder.Holder; holder != 0 {
		t.Errorf("held by %d, which is nobody's", holder)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if holder := look(t, c).Folder.Holder; holder != os.Getpid() {
		t.Errorf("held by %d, want %d", holder, os.Getpid())
	}
}

func TestWhoListensOnOurPort(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   doctor.Port
	}{
		"one of ours": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/health" {
				fmt.Fprint(w, `{"status":"ok","version":"v9"}`)
			}
		}, doctor.Port{Taken: true, Server: "v9", Status: "ok"}},
		"one of ours, sick": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"status":"unavailable","version":"v9","reason":"no engine"}`)
		}, doctor.Port{Taken: true, Server: "v9", Status: "unavailable", Reason: "no engine"}},
		"another":        {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, doctor.Port{Taken: true}},
		"another's JSON": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"ok"}`) }, doctor.Port{Taken: true}},
		"one that sends us away": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://203.0.113.1/health", http.StatusFound)
		}, doctor.Port{Taken: true}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			config := aPlace(t)
			_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
			config.Port, _ = strconv.Atoi(port)
			got := look(t, config).Port
			got.Err = nil
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAHugeAnswerOfAPortIsCut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"status":"ok","version":"%s"}`, bytes.Repeat([]byte("v"), 10_000))
	}))
	defer server.Close()
	config := aPlace(t)
	config.Port = server.Listener.Addr().(*net.TCPAddr).Port
	if got := look(t, config).Port.Server; len(got) > 400 {
		t.Errorf("%d characters of a version are shown", len(got))
	}
}

func TestRefusedSettingsAreTold(t *testing.T) {
	c := aPlace(t)
	c.MaxSessions, c.PublicURL = 0, "far"
	facts := look(t, c)
	if len(facts.Refused) < 2 || !strings.Contains(strings.Join(facts.Refused, " "), "MAX_SESSIONS is 0") {
		t.Errorf("%q", facts.Refused)
	}
}

func TestAnExecutorIsAskedAndNothingHereIsLookedAt(t *testing.T) {
	c := aPlace(t)
	c.ExecutorURL = "https://me:hush-hush@far.example"
	asked := errors.New("nobody there")
	facts := doctor.Look(t.Context(), doctor.Options{Config: c, AskExecutor: func(context.Context) error { return asked }, Logger: slog.New(slog.DiscardHandler)})
	if !facts.Executor.Asked || !errors.Is(facts.Executor.Err, asked) || facts.Socket.State != "" || facts.Folder.Path != "" {
		t.Errorf("%+v", facts)
	}
	var document bytes.Buffer
	if err := doctor.JSON(&document, doctor.Judge(facts)); err != nil || strings.Contains(document.String(), "hush") {
		t.Errorf("%v: %s", err, &document)
	}
}

func TestTheDocumentHasAVersion(t *testing.T) {
	var document bytes.Buffer
	if err := doctor.JSON(&document, nil); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version  int
		OK       bool
		Findings []doctor.Finding
	}
	if err := json.Unmarshal(document.Bytes(), &got); err != nil || got.Version != 1 || !got.OK || got.Findings == nil {
		t.Errorf("%v: %s", err, &document)
	}
}
