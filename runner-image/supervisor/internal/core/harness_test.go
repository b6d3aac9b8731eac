package core_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

// patience is how long a test waits for what must come. A test that passes
// never waits for it.
const patience = 30 * time.Second

func jsonInto(raw json.RawMessage, into any) error { return json.Unmarshal(raw, into) }

// sandbox is a supervisor as an ordinary process, and this end of its frames.
type sandbox struct {
	t      testing.TB
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *wire.Writer
	frames chan wire.Frame
	folder string
	cgroup string
	disk   int64
	errs   *safeBuffer
}

// start starts a supervisor and says hello.
func start(t testing.TB, env ...string) *sandbox {
	t.Helper()
	s := launch(t, env...)
	s.hello(0)
	return s
}

// opened starts a supervisor with a session, whose kernel waits.
func opened(t testing.TB, env ...string) *sandbox {
	t.Helper()
	s := start(t, env...)
	s.open(1000, 500)
	return s
}

func launch(t testing.TB, env ...string) *sandbox {
	t.Helper()
	s := &sandbox{t: t, folder: t.TempDir(), cgroup: t.TempDir(), errs: &safeBuffer{}}
	self, err := os.Executable()
	check(t, err)
	s.cmd = exec.Command(self)
	s.cmd.Env = as(supervisor, append(env, cgroupDir+"="+s.cgroup, "GORACE=halt_on_error=1")...)
	s.cmd.Stderr = s.errs
	s.in, err = s.cmd.StdinPipe()
	check(t, err)
	out, err := s.cmd.StdoutPipe()
	check(t, err)
	check(t, s.cmd.Start())
	s.out = wire.NewWriter(s.in)
	t.Cleanup(s.stop)
	s.read(out)
	return s
}

// read hands the frames on. It holds no more than a few, so that a test that
// does not read stalls the stream.
func (s *sandbox) read(out io.Reader) {
	frames := make(chan wire.Frame)
	s.frames = frames
	go func() {
		defer close(frames)
		r := wire.NewReader(out, wire.MaxEvent)
		for {
			f, err := r.Next()
			if err != nil {
				return
			}
			frames <- f
		}
	}()
}

// stop ends the supervisor and what is left below it.
func (s *sandbox) stop() {
	below := descendants(s.cmd.Process.Pid)
	_ = s.cmd.Process.Kill()
	for _, pid := range below {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	go func() {
		for range s.frames { // let the reader end
		}
	}()
	_ = s.cmd.Wait()
	if text := s.errs.String(); strings.Contains(text, "DATA RACE") || strings.Contains(text, "panic") {
		s.t.Errorf("supervisor said:\n%s", text)
	} else if s.t.Failed() {
		s.t.Logf("supervisor said:\n%s", text)
	}
}

func (s *sandbox) send(f wire.Frame) {
	s.t.Helper()
	check(s.t, s.out.Write(f))
}

// hello returns the welcome, skipping what was for a predecessor.
func (s *sandbox) hello(ack uint64) wire.Welcome {
	s.t.Helper()
	check(s.t, s.out.Resync())
	s.send(wire.New(wire.KindHello, "", wire.Hello{Nonce: "n", Ack: ack}))
	return body[wire.Welcome](s.t, s.next(wire.KindHello))
}

func (s *sandbox) open(head, tail int) {
	s.t.Helper()
	s.send(wire.New(wire.KindOpen, "", wire.Open{Session: "s", Folder: s.folder, OutputHead: head, OutputTail: tail, Disk: s.disk}))
	s.ready()
	if !s.asksInFolder() {
		s.ready() // the first word was the spare's
	}
}

// asksInFolder says whether the kernel runs in the session's folder.
func (s *sandbox) asksInFolder() bool {
	s.t.Helper()
	s.start("where", "write here x", 0, 0)
	last := s.next(wire.KindResult)
	s.send(wire.New(wire.KindAck, "", wire.Ack{Seq: last.Seq}))
	_, err := os.Stat(filepath.Join(s.folder, "here"))
	_ = os.Remove(filepath.Join(s.folder, "here"))
	return err == nil
}

// ready waits for a kernel and returns its generation.
func (s *sandbox) ready() int {
	s.t.Helper()
	for {
		k := body[wire.Kernel](s.t, s.next(wire.KindKernel))
		if k.Ready {
			return k.Generation
		}
	}
}

func (s *sandbox) start(id, code string, timeout, grace time.Duration) {
	s.t.Helper()
	args, err := json.Marshal(wire.Cell{Code: code})
	check(s.t, err)
	s.send(wire.New(wire.KindRun, id, wire.Run{
		Op: wire.OpCell, Args: args, TimeoutMS: timeout.Milliseconds(), GraceMS: grace.Milliseconds(),
	}))
}

// cell runs code and returns its text as sent, and its result.
func (s *sandbox) cell(id, code string) (string, wire.Result) {
	s.t.Helper()
	s.start(id, code, 0, 0)
	return s.finish(id)
}

func (s *sandbox) interrupt(id string) {
	s.t.Helper()
	s.send(wire.New(wire.KindInterrupt, id, wire.Interrupt{Reason: wire.StatusCancelled}))
}

// put makes the file that a cell awaits.
func (s *sandbox) put(name string) {
	s.t.Helper()
	check(s.t, os.WriteFile(filepath.Join(s.folder, name), nil, 0o600))
}

// peakMemory is the supervisor's, in bytes.
func (s *sandbox) peakMemory() int {
	s.t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	check(s.t, err)
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(after)[0])
	check(s.t, err)
	return kib << 10
}

// finish collects an execution's text until its result.
func (s *sandbox) finish(id string) (string, wire.Result) {
	s.t.Helper()
	var text strings.Builder
	for {
		f := s.any()
		if f.ID != id {
			continue
		}
		switch f.Kind {
		case wire.KindOutput:
			text.WriteString(body[wire.Output](s.t, f).Text)
		case wire.KindResult:
			return text.String(), body[wire.Result](s.t, f)
		}
	}
}

// next skips to a frame of that kind.
func (s *sandbox) next(kind wire.Kind) wire.Frame {
	s.t.Helper()
	for {
		if f := s.any(); f.Kind == kind {
			return f
		}
	}
}

func (s *sandbox) any() wire.Frame {
	s.t.Helper()
	select {
	case f, ok := <-s.frames:
		if !ok {
			s.t.Fatalf("the supervisor has ended; it said:\n%s", s.errs)
		}
		return f
	case <-time.After(patience):
		s.t.Fatalf("nothing came; the supervisor said:\n%s", s.errs)
		panic("unreachable")
	}
}

func body[T any](t testing.TB, f wire.Frame) T {
	t.Helper()
	b, err := wire.Decode[T](f)
	check(t, err)
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// descendants lists what lives below pid, and nothing else.
func descendants(pid int) []int {
	var found []int
	for _, child := range children(pid) {
		found = append(append(found, child), descendants(child)...)
	}
	return found
}

func children(pid int) []int {
	var found []int
	tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, task := range tasks {
		list, _ := os.ReadFile(task)
		for _, word := range strings.Fields(string(list)) {
			if child, err := strconv.Atoi(word); err == nil && child > 1 {
				found = append(found, child)
			}
		}
	}
	return found
}

func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

// safeBuffer keeps what the supervisor says.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
