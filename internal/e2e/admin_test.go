//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

func TestTheAdministratorSeesPlausibleFigures(t *testing.T) {
	s := own(t, "ADMIN_KEY="+adminKey)
	admin := administrator{t, s}
	c := s.in(t, "figures")
	c.run("import numpy\nopen('a.bin', 'wb').write(bytes(3_000_000))")
	before := admin.session("figures", measured)
	if m := before.Memory; *m.Now <= 0 || *m.Now > m.Limit || m.Peak != nil && *m.Peak < *m.Now {
		t.Errorf("memory %d, limit %d, peak %v", *m.Now, m.Limit, m.Peak)
	}
	if *before.Disk.Bytes < 3_000_000 || *before.Disk.Bytes > 4_000_000 || *before.Disk.Files != 1 || *before.Pids.Now < 2 || *before.CPU.Seconds <= 0 {
		t.Errorf("disk %d in %d files, %d processes, %v s", *before.Disk.Bytes, *before.Disk.Files, *before.Pids.Now, *before.CPU.Seconds)
	}
	if before.Owner != "anonymous" || before.State != "idle" || before.Sandbox == nil || before.Sandbox.State != "running" || before.Sandbox.Image == "" || len(before.Unknown) > 0 {
		t.Errorf("%+v, sandbox %+v", before, before.Sandbox)
	}
	c.run("x = b'1' * 200_000_000")
	admin.session("figures", func(s inspection) bool { return measured(s) && *s.Memory.Now >= *before.Memory.Now+190_000_000 })

	// A cell that runs keeps nobody from looking, and its work is seen.
	job := c.job("open('running', 'w')\nwhile True: pass")
	busy := admin.session("figures", func(s inspection) bool { return s.CPU.Cores != nil && *s.CPU.Cores > 0.1 })
	if busy.State != "busy" || busy.Running == nil || busy.Running.ID != job || !busy.Running.Job {
		t.Errorf("%+v, running %+v", busy, busy.Running)
	}
	c.ok("cancel_job", map[string]any{"job_id": job})
	c.fails("execute_code", map[string]any{"code": "import os; os.abort()"}, "SIGABRT")
	if d := admin.session("figures", measured).LastDeath; d == nil || d.Cause != "signal" {
		t.Errorf("last death %+v", d)
	}
}

func TestASandboxThatDoesNotAnswerIsListedAndEnded(t *testing.T) {
	s := own(t, "ADMIN_KEY="+adminKey)
	admin := administrator{t, s}
	c := s.in(t, "stopped")
	c.run("x = 1")
	id := admin.session("stopped", measured).ID
	pause(t, "power-interpreter-"+id)
	if paused := admin.session("stopped", measured); *paused.Memory.Now <= 0 {
		t.Errorf("%+v", paused)
	}
	exec.Command("docker", "unpause", "power-interpreter-"+id).Run() // unless the server has
	// All of its processes are stopped, the supervisor too, behind the engine's
	// back: it would set a paused one going.
	pids, err := exec.Command("docker", "top", "power-interpreter-"+id, "-eo", "pid").Output()
	if err != nil {
		t.Fatal(err)
	}
	stop := append([]string{"-STOP"}, strings.Fields(string(pids))[1:]...)
	if out, err := exec.Command("kill", stop...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c.job("1")
	hung := admin.session("stopped", func(s inspection) bool { return s.State == "busy" && measured(s) })
	if *hung.Memory.Now <= 0 {
		t.Errorf("%+v", hung)
	}
	if status, body := admin.ask("GET", "/admin/sessions/"+id); status != 200 || !strings.Contains(body, `"recent"`) {
		t.Errorf("%d %s", status, body)
	}
	admin.act("DELETE", "/admin/sessions/"+id)
	if left := admin.list(); len(left) != 0 {
		t.Errorf("still listed: %+v", left)
	}
	c.wants(c.run("'x' in globals()"), "notice: an administrator deleted session", "False")
}

func TestTheAdministratorsActsAreToldToTheSessionsOwner(t *testing.T) {
	s := own(t, "ADMIN_KEY="+adminKey)
	admin := administrator{t, s}
	c := s.in(t, "acts")
	c.run("x = 1")
	path := "/admin/sessions/" + admin.session("acts", measured).ID
	running := func(s inspection) bool { return s.State == "busy" }

	job := c.job("open('running', 'w')\nwhile True: pass")
	admin.session("acts", running)
	admin.act("POST", path+"/interrupt")
	got := c.run("x")
	c.wants(got, "notice: an administrator interrupted", job, "1")
	if again := c.run("x"); strings.Contains(again, "administrator") {
		t.Errorf("told twice: %s", again)
	}
	c.until(job, "cancelled")

	job = c.job("open('running', 'w')\nwhile True: pass")
	admin.session("acts", running)
	admin.act("POST", path+"/reset")
	c.wants(c.run("'x' in globals()"), "notice: an administrator reset", "False")
	c.until(job, "cancelled")

	c.run("x = 1\nopen('kept.txt', 'w').write('1')")
	type end struct {
		text  string
		error bool
	}
	ended := make(chan end, 1)
	other := s.in(t, "acts")
	go func() {
		res, err := other.raw("execute_code", map[string]any{"session_id": "acts", "code": "while True: pass"})
		if err != nil {
			ended <- end{err.Error(), true}
			return
		}
		ended <- end{text(res), res.IsError}
	}()
	admin.session("acts", running)
	admin.act("DELETE", path)
	if e := <-ended; !e.error || !strings.Contains(e.text, "an administrator deleted session") {
		t.Errorf("the running call's reply: %+v", e)
	}
	got = c.run("import os; os.listdir(), 'x' in globals()")
	c.wants(got, "([], False)")
	if strings.Contains(got, "administrator") {
		t.Errorf("told twice: %s", got)
	}
	for _, unknown := range [][2]string{{"DELETE", path}, {"GET", path}, {"POST", path + "/reset"}, {"POST", path + "/interrupt"}} {
		if status, body := admin.ask(unknown[0], unknown[1]); status != 404 {
			t.Errorf("%v of a session that is gone: %d %s", unknown, status, body)
		}
	}
}

func TestOnlyTheAdministratorIsTheAdministrator(t *testing.T) {
	keyed := own(t, "ADMIN_KEY="+adminKey, "API_KEYS=ann:"+keyOfAnn)
	open := own(t)
	unserved := own(t, "API_KEYS=ann:"+keyOfAnn)
	for name, c := range map[string]struct {
		s      *server
		header []string
		want   int
	}{
		"the key":                          {keyed, nil, 200},
		"no key":                           {keyed, []string{"Authorization", ""}, 401},
		"a session's key":                  {keyed, []string{"Authorization", "Bearer " + keyOfAnn}, 403},
		"another host's name":              {keyed, []string{"Host", "evil.example"}, 403},
		"a stranger's page":                {keyed, []string{"Origin", "https://evil.example"}, 403},
		"loopback without keys":            {open, []string{"Authorization", ""}, 200},
		"loopback, by another host's name": {open, []string{"Host", "evil.example"}, 403},
		"API keys and no ADMIN_KEY":        {unserved, []string{"Authorization", "Bearer " + keyOfAnn}, 404},
	} {
		for _, path := range []string{"/admin/sessions", "/metrics"} {
			if status, body := (administrator{t, c.s}).ask("GET", path, c.header...); status != c.want {
				t.Errorf("%s, %s: %d, want %d: %s", name, path, status, c.want, body)
			}
		}
	}
	ann := &client{t, "mine", keyed.dial(t, keyOfAnn)}
	ann.run("1")
	admin := administrator{t, keyed}
	if seen := admin.session("mine", measured); seen.Owner != "ann" {
		t.Errorf("owner %q", seen.Owner)
	}
	r, err := http.NewRequest("POST", keyed.url+"/mcp/sse", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+adminKey)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 401 {
		t.Errorf("ADMIN_KEY on /mcp/sse: %d", res.StatusCode)
	}
}

func TestMetricsCountWhatWasCalled(t *testing.T) {
	s := own(t, "ADMIN_KEY="+adminKey)
	admin := administrator{t, s}
	c := s.in(t, "metrics")
	c.run("1")
	c.run("print('x' * 30_000)")
	c.fails("execute_code", map[string]any{"code": "1/0"}, "ZeroDivisionError")
	c.fails("execute_code", map[string]any{"code": "import os; os.abort()"}, "SIGABRT")
	c.ok("upload_file", map[string]any{"filename": "a.txt", "content_base64": "aGVsbG8="})
	c.fails("load_dataset", map[string]any{"filename": "none.csv", "dataset_name": "d"}, "none.csv")
	if status, body := admin.ask("GET", "/files/metrics/a.txt"); status != 200 || body != "hello" {
		t.Errorf("%d %s", status, body)
	}
	_, body := admin.ask("GET", "/metrics")
	for _, line := range []string{
		`power_interpreter_engine_up 1`, `power_interpreter_sessions{state="idle"} 1`, `power_interpreter_places_held 1`,
		`power_interpreter_execution_duration_seconds_count{op="cell",status="completed"} 2`,
		`power_interpreter_execution_duration_seconds_count{op="cell",status="failed"} 2`,
		`power_interpreter_kernel_deaths_total{cause="signal"} 1`,
		`power_interpreter_tool_calls_total{outcome="completed",tool="execute_code"} 2`,
		`power_interpreter_tool_calls_total{outcome="failed",tool="execute_code"} 2`,
		`power_interpreter_tool_calls_total{outcome="ok",tool="upload_file"} 1`,
		`power_interpreter_uploaded_bytes_total 5`, `power_interpreter_downloaded_bytes_total 5`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	if strings.Contains(body, "output_cut_characters_total 0\n") {
		t.Error("no output was cut")
	}
	if t.Failed() {
		for line := range strings.Lines(body) {
			if strings.HasPrefix(line, "power_") && !strings.Contains(line, "bucket") {
				fmt.Print(line)
			}
		}
	}
}

func TestTheCommandListsAndEndsSessions(t *testing.T) {
	s := own(t, "ADMIN_KEY="+adminKey)
	c := s.in(t, "listed")
	c.run("1")
	command := func(args ...string) (string, error) {
		cmd := exec.Command(program(), append([]string{"sessions"}, args...)...)
		cmd.Env = append(cmd.Environ(), "ADMIN_KEY="+adminKey, "PORT="+s.url[strings.LastIndex(s.url, ":")+1:])
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := command()
	if err != nil || !strings.Contains(out, "listed") || !strings.Contains(out, "1 sessions, 0 busy") {
		t.Fatalf("%v: %s", err, out)
	}
	id := administrator{t, s}.session("listed", measured).ID
	if out, err = command("list", "--json"); err != nil || !strings.Contains(out, `"version":1`) || !strings.Contains(out, id) {
		t.Errorf("%v: %s", err, out)
	}
	for act, want := range map[string]string{"interrupt": "nothing was running", "reset": "fresh kernel"} {
		if out, err = command(act, id); err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v: %s", act, err, out)
		}
	}
	if out, err = command("delete", id); err != nil || !strings.Contains(out, `session "listed" of "anonymous"`) {
		t.Errorf("delete: %v: %s", err, out)
	}
	if out, err = command("delete", id); err == nil || !strings.Contains(out, "no session has the internal id") {
		t.Errorf("delete again: %v: %s", err, out)
	}
	if out, err = command("--url", "http://127.0.0.1:1"); err == nil || !strings.Contains(out, "no server listens") {
		t.Errorf("no server: %v: %s", err, out)
	}
}

// pause has the engine pause a container. With cgroup v1 it fails now and then
// ("unable to freeze") while processes of the container begin.
func pause(t *testing.T, container string) {
	t.Helper()
	var out []byte
	var err error
	for range 10 {
		if out, err = exec.Command("docker", "pause", container).CombinedOutput(); err == nil {
			return
		}
	}
	t.Fatalf("%v: %s", err, out)
}
