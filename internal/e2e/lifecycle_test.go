//go:build e2e

package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

func TestASessionThatMadeRoomIsToldWhatItLostAndKeepsItsFiles(t *testing.T) {
	s := own(t, "MAX_SESSIONS=1")
	first, second := s.in(t, "first"), s.in(t, "second")
	first.run("import pandas as pd\ndf = pd.DataFrame({'a': range(100_000)})\nn = 7\ndef helper(): pass\nopen('kept.txt', 'w').write('here')")
	second.wants(second.run("'room'"), "room")
	got := first.run("print(open('kept.txt').read(), 'df' in globals())")
	first.wants(got, "notice: ", "make room", "df (DataFrame, 78", "n (int", "here False")
	if strings.Contains(got, "helper") || strings.Contains(got, "pd (") {
		t.Errorf("a function or a module is told as a variable:\n%s", got)
	}
}

func TestASandboxThatIsKilledFromOutsideIsToldAndReplaced(t *testing.T) {
	s := own(t)
	c := s.in(t, "killed")
	c.run("x = 1\nopen('kept.txt', 'w').write('here')")
	for _, id := range sandboxes(t, s.dir) { // the session's and the spare
		if out, err := exec.Command("docker", "kill", id).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	got := c.run("print(open('kept.txt').read(), 'x' in globals())")
	c.wants(got, "notice: ", "stopped unexpectedly", "variables are lost", "here False")
	c.wants(c.run("'next'"), "next")
}

func TestASandboxThatIsKilledUnderARunSaysSo(t *testing.T) {
	s := own(t)
	c := s.in(t, "under")
	c.run("x = 1")
	id := c.job(slow)
	c.awaitFile("running")
	for _, id := range sandboxes(t, s.dir) {
		exec.Command("docker", "kill", id).Run()
	}
	c.until(id, "failed")
	c.fails("get_job_result", map[string]any{"job_id": id}, "sandbox", "lost", "begun")
	c.wants(c.run("'next'"), "next")
}
