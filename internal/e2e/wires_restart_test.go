//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// purge removes all that a killed server has left, by the command for it.
func (s *server) purge(t *testing.T) {
	t.Helper()
	cmd := exec.Command(program(), "sessions", "purge")
	cmd.Env = append(os.Environ(), "SANDBOX_DATA_DIR="+s.dir)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), " sessions removed") {
		t.Errorf("purging: %v: %s", err, out)
	}
	if left := sandboxes(t, s.dir); len(left) != 0 {
		t.Errorf("containers are left: %v", left)
	}
	for _, folder := range []string{"claims", "sandboxes"} {
		if left, err := os.ReadDir(filepath.Join(s.dir, folder)); err != nil || len(left) != 0 {
			t.Errorf("%s holds %v, %v", folder, left, err)
		}
	}
}

// again boots a server that leaves its sandboxes running when it ends.
func (s *server) again(t *testing.T) {
	t.Helper()
	if err := s.boot("serve"); err != nil {
		t.Fatal(err)
	}
	front, executor := s.process, s.executor
	t.Cleanup(func() {
		front.kill()
		if executor != nil {
			executor.kill()
		}
	})
}

// removed clears what a failed test left of a folder's containers.
func removed(t *testing.T, dir string) {
	if left := sandboxes(t, dir); len(left) != 0 {
		exec.Command("docker", append([]string{"rm", "--force"}, left...)...).Run()
	}
}

// TestAKilledServerLosesNeitherVariablesNorARunningJob ends the server as a
// power cut would, under one session that is idle and one whose job runs.
func TestAKilledServerLosesNeitherVariablesNorARunningJob(t *testing.T) {
	s := &server{dir: t.TempDir(), divide: split}
	t.Cleanup(func() { removed(t, s.dir) })
	s.again(t)
	idle, busy := &client{t, "idle", s.dial(t, "")}, &client{t, "busy", s.dial(t, "")}
	idle.run("x = 41")
	busy.run("base = 40")
	// The job ends when the test says so, by a file, not by a clock.
	id := busy.job("import os, time\nprint('begun', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.05)\nbase + 2")
	busy.until(id, "running")
	s.kill()
	s.again(t)
	idle, busy = &client{t, "idle", s.dial(t, "")}, &client{t, "busy", s.dial(t, "")}

	idle.wants(idle.run("x + 1"), "42")
	res := busy.call("get_job_status", map[string]any{"job_id": id})
	told := text(res)
	if got := structured[jobStatus](t, res); got.Status != "running" {
		t.Fatalf("the job is %+v after the restart", got)
	}
	// It is told once, on the first reply of the session that it concerns.
	busy.wants(told, "restarted", id)
	release(t, busy)
	busy.until(id, "completed")
	busy.wants(busy.ok("get_job_result", map[string]any{"job_id": id}), "begun", "42")
	busy.wants(busy.run("base"), "40")
	s.kill()
	s.purge(t)
}

// TestAServerThatEndsLosesNoJob ends it under a job that runs, one that ends
// while no server is there, one that waits and one that had ended.
func TestAServerThatEndsLosesNoJob(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *server){
		"killed": func(_ *testing.T, s *server) { s.kill() },
		"stopped": func(t *testing.T, s *server) {
			begun := time.Now()
			if err := s.stop(); err != nil || time.Since(begun) > 10*time.Second {
				t.Errorf("it stopped after %v: %v", time.Since(begun), err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { losesNoJob(t, end) })
	}
}

func losesNoJob(t *testing.T, end func(*testing.T, *server)) {
	s := &server{dir: t.TempDir(), divide: split}
	t.Cleanup(func() { removed(t, s.dir) })
	s.again(t)
	c := &client{t, "jobs", s.dial(t, "")}
	ended := c.job("import matplotlib.pyplot as plt\nplt.plot([1, 2]); print('drawn'); n = 1")
	c.until(ended, "completed")
	away := c.job("import time; time.sleep(6); n += 1; print('ended alone', n)")
	c.until(away, "running")
	queued := c.job("n += 1; print('had waited', n)")
	last := c.job("n += 1; print('the last', n)")
	end(t, s)
	time.Sleep(7 * time.Second) // the job ends meanwhile
	s.again(t)
	c = &client{t, "jobs", s.dial(t, "")}
	c.wants(c.ok("list_files", nil), "restarted", away, queued, last)
	res := c.call("get_job_result", map[string]any{"job_id": ended})
	if c.wants(text(res), "drawn"); len(images(res)) != 1 {
		t.Errorf("%d pictures of a job that had ended", len(images(res)))
	}
	c.until(last, "completed")
	for id, words := range map[string]string{away: "ended alone 2", queued: "had waited 3", last: "the last 4"} {
		c.wants(c.ok("get_job_result", map[string]any{"job_id": id}), words)
	}
	s.kill()
	s.purge(t)
}

// release lets the job end: it waits for this file.
func release(t *testing.T, c *client) {
	t.Helper()
	c.ok("upload_file", map[string]any{"filename": "go", "content_base64": "Z28="})
}
