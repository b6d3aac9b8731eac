//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// health is what /health says; why is empty while the server can serve.
func (s *server) health(t *testing.T) (why string) {
	t.Helper()
	res, err := http.Get(s.url + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var h struct{ Reason string }
	if err := json.NewDecoder(res.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return h.Reason
}

// healthy waits until it can serve.
func (s *server) healthy(t *testing.T) {
	t.Helper()
	why := ""
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if why = s.health(t); why == "" {
			return
		}
	}
	t.Fatalf("never healthy: %s", why)
}

// slowCall runs a cell that ends when there is a file "go", and returns its reply.
func (c *client) slowCall() (reply chan string) {
	c.t.Helper()
	reply = make(chan string, 1)
	go func() {
		res, err := c.raw("execute_code", map[string]any{"session_id": c.session,
			"code": "import os, time\nopen('running', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.05)\nx + 1"})
		if err != nil {
			reply <- "no reply: " + err.Error()
			return
		}
		reply <- text(res)
	}()
	c.awaitFile("running")
	return reply
}

// jobIn finds the job that words name.
func jobIn(t *testing.T, words string) string {
	t.Helper()
	found := regexp.MustCompile(`job ([0-9a-f]{8})`).FindStringSubmatch(words)
	if found == nil {
		t.Fatalf("no job is named in: %s", words)
	}
	return found[1]
}

// within does something that must be over soon: an executor that is away is told.
func within(t *testing.T, most time.Duration, what string, do func()) {
	t.Helper()
	began := time.Now()
	do()
	if took := time.Since(began); took > most {
		t.Errorf("%s took %s", what, took)
	}
}

// TestWhateverBecomesOfTheExecutorIsToldAndTheFrontGoesOn does to an executor, and
// to the cable, what can happen to them, each under a call that runs.
func TestWhateverBecomesOfTheExecutorIsToldAndTheFrontGoesOn(t *testing.T) {
	s := apart(t, "WARM_SANDBOXES=0")
	listens := strings.TrimPrefix(s.executor.url, "https://")
	for _, event := range []struct {
		name, health string
		begin, end   func() error
	}{
		{"killed", "connection refused", func() error { s.executor.kill(); return nil }, func() error { return s.bootExecutor(listens, false) }},
		{"stopped", "connection refused", s.stopExecutor, func() error { return s.bootExecutor(listens, false) }},
		{"frozen", "no sign of life|no connection came about", // on a connection that was there, or on a new one
			func() error { return s.executor.cmd.Process.Signal(syscall.SIGSTOP) },
			func() error { return s.executor.cmd.Process.Signal(syscall.SIGCONT) }},
		{"cut off", "no sign of life|no connection came about", s.divide.front.cut, s.divide.front.mend},
	} {
		t.Run(event.name, func(t *testing.T) {
			if event.name == "cut off" && s.divide.front.name == "" {
				t.Log("there is no cable: no network namespace can be made here")
				return
			}
			c := &client{t, strings.ReplaceAll(event.name, " ", "-"), s.dial(t, "")}
			c.run("x = 41")
			reply := c.slowCall()
			if err := event.begin(); err != nil {
				t.Fatal(err)
			}
			var told string
			within(t, 30*time.Second, "the call", func() { told = <-reply })
			job := jobIn(t, told)
			within(t, 15*time.Second, "a call meanwhile", func() { c.fails("execute_code", map[string]any{"code": "1"}, "executor", "in a few seconds") })
			if why := s.health(t); !strings.Contains(why, listens) || !regexp.MustCompile(event.health).MatchString(why) {
				t.Errorf("/health says %q", why)
			}
			if err := event.end(); err != nil {
				t.Fatal(err)
			}
			s.healthy(t)
			release(t, c)
			c.until(job, "completed")
			c.wants(c.ok("get_job_result", map[string]any{"job_id": job}), "42")
			c.wants(c.run("x"), "41")
		})
	}
	s.kill()
	s.purge(t)
}

func (s *server) stopExecutor() error { return s.executor.stop() }

// TestAFrontThatIsKilledLosesNothing has another take its place.
func TestAFrontThatIsKilledLosesNothing(t *testing.T) {
	s := apart(t, "WARM_SANDBOXES=0")
	c := &client{t, "killed", s.dial(t, "")}
	c.run("x = 41")
	reply := c.slowCall()
	s.process.kill()
	<-reply
	if err := s.bootFront("serve"); err != nil {
		t.Fatal(err)
	}
	front := s.process
	t.Cleanup(front.kill)
	c = &client{t, c.session, s.dial(t, "")}
	told := c.ok("list_files", nil)
	c.wants(told, "connection ended")
	release(t, c)
	job := jobIn(t, told)
	c.until(job, "completed")
	c.wants(c.ok("get_job_result", map[string]any{"job_id": job}), "42")
	c.wants(c.run("x"), "41")

	other := *s // a front of the same executor, with another token
	other.env = append(other.env, "EXECUTOR_TOKEN="+otherToken)
	if err := other.bootFront("serve"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.process.kill)
	stranger := &client{t, c.session, other.dial(t, "")}
	stranger.wants(stranger.run("print('x' in globals())"), "False")
	stranger.fails("get_job_result", map[string]any{"job_id": job}, "not_found")
	if files := stranger.ok("list_files", nil); strings.Contains(files, "running") {
		t.Errorf("another front sees %s", files)
	}
	c.wants(c.run("x"), "41")
	other.process.kill()
	s.kill()
	s.purge(t)
}

// TestAServerStartsTheExecutorThatItsURLNamesOnThisHost, and a second one is the
// front of the first.
func TestAServerStartsTheExecutorThatItsURLNamesOnThisHost(t *testing.T) {
	free := freeAddress(t)
	first := &server{dir: t.TempDir(), env: []string{"EXECUTOR_URL=http://" + free}}
	if err := first.boot("serve", "--rm"); err != nil {
		t.Fatal(err)
	}
	second := &server{dir: t.TempDir(), env: []string{"EXECUTOR_URL=http://" + free, "DOCKER_HOST=unix:///nowhere"}}
	if err := second.boot("serve"); err != nil {
		t.Fatal(err)
	}
	c := &client{t, "both", first.dial(t, "")}
	c.run("x = 41")
	there := &client{t, "both", second.dial(t, "")}
	there.wants(there.run("x + 1"), "42")
	desktop := exec.Command(program(), "stdio")
	desktop.Env = append(os.Environ(), "EXECUTOR_URL=http://"+free, "SANDBOX_DATA_DIR=/nowhere", "DOCKER_HOST=unix:///nowhere")
	local := &client{t, "both", connect(t, &mcp.CommandTransport{Command: desktop, TerminateDuration: hang})}
	local.wants(local.run("x + 2"), "43")
	if err := local.Close(); err != nil {
		t.Error(err)
	}

	out, err := purged("EXECUTOR_URL=http://"+free, "SANDBOX_DATA_DIR=/nowhere")
	if err != nil || !strings.Contains(out, "1 sessions removed") {
		t.Errorf("purging through it: %v: %s", err, out)
	}
	for _, s := range []*server{second, first} {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	}
	if left := sandboxes(t, first.dir); len(left) != 0 {
		t.Errorf("containers are left: %v", left)
	}
}

func purged(env ...string) (string, error) {
	cmd := exec.Command(program(), "sessions", "purge")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestFiftyCallsRunInTheOrderInWhichTheyWereSent sends each without waiting for
// the reply to another, behind one that runs until all have been sent.
func TestFiftyCallsRunInTheOrderInWhichTheyWereSent(t *testing.T) {
	s := apart(t, "WARM_SANDBOXES=0")
	c := &client{t, "order", s.dial(t, "")}
	c.run("x, order = 41, []")
	first := c.slowCall()
	replies := make(chan string, 50)
	for i := range 50 {
		go func() {
			res, err := c.raw("execute_code", map[string]any{"session_id": c.session, "code": fmt.Sprintf("order.append(%d)", i)})
			if err != nil {
				replies <- err.Error()
				return
			}
			replies <- text(res)
		}()
		time.Sleep(20 * time.Millisecond) // it is what makes the order: nobody can tell when a server has a request
	}
	release(t, c)
	c.wants(<-first, "42")
	for range 50 {
		c.wants(<-replies, "no output")
	}
	c.wants(c.run("order == list(range(50))"), "True")
	s.kill()
	s.purge(t)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
