//go:build e2e

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// diagnosis is what doctor says.
type diagnosis struct {
	t        *testing.T
	failed   bool // its exit code is 1
	findings []struct{ Check, Level, What, Means, Mend string }
}

// diagnose runs doctor --json by a command.
func diagnose(t *testing.T, cmd *exec.Cmd, env ...string) diagnosis {
	t.Helper()
	cmd.Env = append(os.Environ(), append([]string{"PORT=0"}, env...)...)
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
		t.Fatalf("exit code %d: %v", code, err)
	}
	var answer struct {
		Version  int
		OK       bool
		Findings []struct{ Check, Level, What, Means, Mend string }
	}
	if err := json.Unmarshal(out, &answer); err != nil || answer.Version != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	if answer.OK != (err == nil) {
		t.Errorf("ok is %t, and the exit code says %v", answer.OK, err)
	}
	return diagnosis{t, err != nil, answer.Findings}
}

func doctor(args ...string) *exec.Cmd {
	return exec.Command(program(), append([]string{"doctor", "--json"}, args...)...)
}

// says fails the test unless a check's finding has the level and the words.
func (d diagnosis) says(check, level string, words ...string) {
	d.t.Helper()
	for _, f := range d.findings {
		if f.Check != check {
			continue
		}
		all := f.What + ": " + f.Means + " -> " + f.Mend
		if f.Level != level {
			d.t.Errorf("%s is %s, want %s: %s", check, f.Level, level, all)
		}
		for _, word := range words {
			if !strings.Contains(all, word) {
				d.t.Errorf("%s does not say %q: %s", check, word, all)
			}
		}
		return
	}
	d.t.Errorf("%s is not told of", check)
}

func (d diagnosis) fails() {
	d.t.Helper()
	if !d.failed {
		d.t.Errorf("all is well: %+v", d.findings)
	}
}

func (d diagnosis) well() {
	d.t.Helper()
	if d.failed {
		d.t.Errorf("something fails: %+v", d.findings)
	}
}

// untouched fails the test if doctor left anything in a folder, or a container.
func untouched(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".doctor-*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	out, err := exec.Command("docker", "ps", "--all", "--format", "{{.Labels}}").Output()
	if err != nil || strings.Contains(string(out), "power-interpreter.data="+dir+"/.doctor-") {
		t.Errorf("%v: a sandbox is left: %s", err, out)
	}
}

func TestDoctorFindsAHealthyHostWellAndLeavesItAsItWas(t *testing.T) {
	dir := t.TempDir()
	d := diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir)
	d.well()
	for _, check := range []string{"engine", "api", "image", "runtime", "cgroup", "seccomp", "folder", "capabilities", "holder"} {
		d.says(check, "ok")
	}
	d.says("sandbox", "ok", "ran 1+1", " ms")
	untouched(t, dir)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v: the folder is not as it was", entries, err)
	}
	absent := filepath.Join(dir, "not", "yet")
	d = diagnose(t, doctor(), "SANDBOX_DATA_DIR="+absent)
	d.well()
	d.says("folder", "ok", "does not exist yet")
	d.says("sandbox", "ok")
	if _, err := os.Stat(filepath.Dir(absent)); err == nil {
		t.Error("the folder was made")
	}
}

func TestDoctorBesideAServerSaysSoAndLeavesItsSandboxesAlone(t *testing.T) {
	dir, log := t.TempDir(), &lockedBuffer{}
	p, url, err := launch(nil, log, []string{"PORT=0", "SANDBOX_DATA_DIR=" + dir, "API_KEYS=ann:hush-hush-ann", "SESSION_MEM=1GiB"}, "listening on ", "serve", "--rm")
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	_, port, _ := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/mcp"))
	d := diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir, "PORT="+port, "API_KEYS=ann:hush-hush-ann")
	d.well()
	d.says("port", "ok", "served by Power Interpreter", "/health is ok")
	d.says("holder", "ok", "a server holds "+dir)
	d.says("sandbox", "ok")
	if strings.Contains(log.String(), `"level":"ERROR"`) {
		t.Errorf("the server is disturbed:\n%s", log)
	}
	if text := log.String(); !strings.Contains(text, "did you mean SESSION_MEMORY?") || !strings.Contains(text, `"API_KEYS":"ann:***"`) || strings.Contains(text, "hush") {
		t.Errorf("the log's beginning is not the settings in force:\n%s", log)
	}
	untouched(t, dir)
}

func TestDoctorNamesWhatTheEngineLacks(t *testing.T) {
	dir := t.TempDir()
	d := diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir, "DOCKER_HOST=unix://"+dir+"/none.sock")
	d.fails()
	d.says("engine", "fail", "does not exist", "systemctl start docker")
	d.says("sandbox", "skip", "no engine")
	d.says("folder", "ok")
	d = diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir, "SANDBOX_IMAGE=power-interpreter-nowhere:latest")
	d.fails()
	d.says("image", "fail", "power-interpreter-nowhere:latest", "make image")
	d.says("sandbox", "skip", "no image")
	d = diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir, "SANDBOX_RUNTIME=nowhere")
	d.fails()
	d.says("runtime", "fail", `"nowhere"`, "runc", "unset SANDBOX_RUNTIME")
	d.says("sandbox", "fail", "nowhere")
	untouched(t, dir)
}

func TestDoctorNamesWhatTheDataFolderLacks(t *testing.T) {
	readonly := t.TempDir()
	if err := syscall.Mount("doctor", readonly, "tmpfs", syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(readonly, 0) })
	d := diagnose(t, doctor("--quick"), "SANDBOX_DATA_DIR="+readonly)
	d.fails()
	d.says("folder", "fail", "read-only", "remount,rw "+readonly)
	d.says("file-system", "warn", "tmpfs", "ro")

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d = diagnose(t, doctor("--quick"), "SANDBOX_DATA_DIR="+file)
	d.fails()
	d.says("folder", "fail", "no folder")
}

func TestDoctorSeesThatTheEngineHasAnotherFolderAtThePath(t *testing.T) {
	dir := t.TempDir()
	elsewhere := exec.Command("unshare", "--mount", "sh", "-c", `mount -t tmpfs other "$1" && exec "$2" doctor --json`, "sh", dir, program())
	d := diagnose(t, elsewhere, "SANDBOX_DATA_DIR="+dir)
	d.fails()
	d.says("sandbox", "fail", "does not see", "-v "+dir+":"+dir)
	untouched(t, dir)
}

func TestDoctorOfAnotherUserSaysWhatItMayNot(t *testing.T) {
	dir, err := os.MkdirTemp("", "nobody") // as t.TempDir, that others may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary := filepath.Join(dir, "power-interpreter")
	if out, err := exec.Command("cp", program(), binary).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	own := filepath.Join(dir, "own")
	for path, uid := range map[string]int{own: 65534, filepath.Join(dir, "roots"): 0} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	nobody := func() *exec.Cmd {
		cmd := exec.Command(binary, "doctor", "--json")
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		return cmd
	}
	d := diagnose(t, nobody(), "SANDBOX_DATA_DIR="+filepath.Join(dir, "roots"))
	d.fails()
	d.says("engine", "fail", "uid 65534", "docker group")
	d.says("folder", "fail", "permission denied", "run as root")
	d.says("sandbox", "skip")
	d = diagnose(t, nobody(), "SANDBOX_DATA_DIR="+own)
	d.says("folder", "ok")
	d.says("capabilities", "fail", "uid 65534 has no CHOWN", "run as root")
}

func TestDoctorNamesAPortThatAnotherHolds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	go func() { // who says nothing at all
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	d := diagnose(t, doctor("--quick"), "SANDBOX_DATA_DIR="+t.TempDir(), "PORT="+port)
	d.fails()
	d.says("port", "fail", "another program", ":"+port)
}

func TestDoctorToldOfRefusedSettingsShowsNoSecret(t *testing.T) {
	cmd := exec.Command(program(), "doctor", "--quick")
	cmd.Env = append(os.Environ(), "PORT=web", "API_KEYS=ann:hush-hush,hush-hush", "SESSION_MEM=1GiB", "SANDBOX_DATA_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v", err)
	}
	for _, want := range []string{`FAIL  settings      PORT: "web" is no whole number`, "key 2 is not name:key", "did you mean SESSION_MEMORY?"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "hush") {
		t.Errorf("shows a secret:\n%s", out)
	}
}

func TestDoctorRemovesWhatAKilledOneHasLeftAndNoMore(t *testing.T) {
	dir := t.TempDir()
	image := os.Getenv("SANDBOX_IMAGE")
	if image == "" {
		image = "power-interpreter-runner:latest"
	}
	leave := func(name, id string, age time.Duration) string {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o711); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(folder, then, then); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("docker", "create", "--name", "power-interpreter-"+id, "--label", "power-interpreter.data="+folder,
			"--label", "power-interpreter.sandbox="+id, "--label", "power-interpreter.uid=74095", "--label", "power-interpreter.runner=x", image).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Cleanup(func() { exec.Command("docker", "rm", "--force", "power-interpreter-"+id).Run() })
		return folder
	}
	old := leave(".doctor-old", "d0c7000000000001", time.Hour)
	young := leave(".doctor-young", "d0c7000000000002", 0)
	diagnose(t, doctor(), "SANDBOX_DATA_DIR="+dir).well()
	if _, err := os.Stat(old); err == nil || len(sandboxes(t, old)) > 0 {
		t.Error("what a killed doctor left is still there")
	}
	if _, err := os.Stat(young); err != nil || len(sandboxes(t, young)) != 1 {
		t.Error("what another doctor may be using is gone")
	}
}
