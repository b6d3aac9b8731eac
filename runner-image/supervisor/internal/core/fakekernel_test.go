package core_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"power-interpreter/internal/wire"
)

// kernelMain speaks the kernel's side of the protocol and runs cells of lines,
// each a verb of verbs and its argument.
func kernelMain() error {
	channel := os.NewFile(3, "channel")
	syscall.CloseOnExec(3)
	k := &scripted{out: wire.NewWriter(channel), interrupts: make(chan os.Signal, 1)}
	signal.Notify(k.interrupts, syscall.SIGINT)
	k.ready()
	frames := wire.NewReader(channel, wire.MaxCommand)
	for {
		f, err := frames.Next()
		if err != nil {
			return nil // the supervisor let go of it
		}
		if err := k.obey(f); err != nil {
			return err
		}
	}
}

type scripted struct {
	out        *wire.Writer
	interrupts chan os.Signal
	id         string
	result     wire.Result
	after      func()
	deaf       bool
}

func (k *scripted) ready() {
	generation, _ := strconv.Atoi(os.Getenv("GENERATION"))
	_ = k.out.Write(wire.New(wire.KindKernel, "", wire.Kernel{Ready: true, Generation: generation}))
}

func (k *scripted) obey(f wire.Frame) error {
	switch f.Kind {
	case "ping":
		if !k.deaf {
			return k.out.Write(wire.Frame{V: wire.Version, Kind: "pong", ID: f.ID})
		}
	case wire.KindOpen:
		o, err := wire.Decode[wire.Open](f)
		if err == nil {
			err = os.Chdir(o.Folder)
		}
		if err != nil {
			return err
		}
		k.ready()
	case wire.KindRun:
		return k.cell(f)
	}
	return nil
}

func (k *scripted) cell(f wire.Frame) error {
	r, err := wire.Decode[wire.Run](f)
	if err != nil {
		return err
	}
	var cell wire.Cell
	if err := jsonInto(r.Args, &cell); err != nil {
		return err
	}
	select { // SIGINT outside a run is ignored
	case <-k.interrupts:
	default:
	}
	k.id, k.result, k.after = f.ID, wire.Result{Status: wire.StatusOK}, nil
	for line := range strings.Lines(cell.Code) {
		verb, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		do, ok := verbs[verb]
		if !ok {
			return fmt.Errorf("no verb %q", verb)
		}
		if do(k, arg) {
			break
		}
	}
	if err := k.out.Write(wire.New(wire.KindResult, k.id, k.result)); err != nil {
		return err
	}
	if k.after != nil {
		k.after()
	}
	return nil
}

// verbs return true when the cell ends with them.
var verbs map[string]func(k *scripted, arg string) bool

func init() {
	verbs = map[string]func(*scripted, string) bool{
		"print": func(_ *scripted, arg string) bool { fmt.Println(arg); return false },
		"raw": func(_ *scripted, arg string) bool {
			p, _ := hex.DecodeString(arg)
			_, _ = os.Stdout.Write(p)
			return false
		},
		"flood": flood,
		"lateflood": func(k *scripted, arg string) bool {
			k.after = func() {
				await("go")
				flood(k, arg)
				_ = os.WriteFile("flooded", nil, 0o600)
			}
			return false
		},
		"lateexit": func(k *scripted, arg string) bool {
			n, _ := strconv.Atoi(arg)
			k.after = func() { os.Exit(n) }
			return false
		},
		"value": func(k *scripted, arg string) bool { k.result.Value = arg; return false },
		"error": func(k *scripted, arg string) bool {
			name, message, _ := strings.Cut(arg, " ")
			k.result.Status, k.result.Error = wire.StatusError, &wire.Failure{Name: name, Message: message}
			return true
		},
		"sleep": func(k *scripted, _ string) bool {
			<-k.interrupts
			k.result.Status, k.result.Error = wire.StatusError, &wire.Failure{Name: "KeyboardInterrupt"}
			return true
		},
		"swallow":  func(k *scripted, _ string) bool { <-k.interrupts; return false },
		"stubborn": func(*scripted, string) bool { time.Sleep(time.Minute); return false },
		"deaf":     func(k *scripted, _ string) bool { k.deaf = true; return false },
		"exit":     func(_ *scripted, arg string) bool { n, _ := strconv.Atoi(arg); os.Exit(n); return true },
		"kill":     func(_ *scripted, arg string) bool { return signalTo(os.Getpid(), arg) },
		"crash": func(_ *scripted, arg string) bool {
			// Go catches such a signal: something else is to die of it.
			return syscall.Exec("/bin/sh", []string{"sh", "-c", "kill -" + arg + " $$"}, nil) != nil
		},
		"parent": func(_ *scripted, arg string) bool { signalTo(os.Getppid(), arg); return false },
		"mute": func(*scripted, string) bool {
			_ = os.WriteFile(muteFile(), []byte(strconv.Itoa(os.Getppid())), 0o600)
			return false
		},
		"oom": func(_ *scripted, arg string) bool {
			_ = os.WriteFile(os.Getenv(cgroupDir)+"/memory.events", []byte("low 0\noom_kill "+arg+"\n"), 0o600)
			return false
		},
		"hang":  func(k *scripted, _ string) bool { _ = syscall.Close(3); time.Sleep(time.Minute); return true },
		"spawn": spawnLeftover,
		"forge": func(k *scripted, arg string) bool {
			_ = k.out.Write(wire.New(wire.KindResult, arg, wire.Result{Status: wire.StatusOK, Value: "forged"}))
			return false
		},
		"chart": func(k *scripted, arg string) bool {
			n, _ := strconv.Atoi(arg)
			for range n {
				_ = k.out.Write(wire.New(wire.KindDisplay, k.id, wire.Display{File: "charts/x.png"}))
			}
			return false
		},
		"garbage": func(*scripted, string) bool { _, _ = os.NewFile(3, "").WriteString("{\n[]\n\x00\n"); return false },
		"await":   func(_ *scripted, arg string) bool { await(arg); return false },
		"write": func(_ *scripted, arg string) bool {
			name, text, _ := strings.Cut(arg, " ")
			return os.WriteFile(name, []byte(text), 0o600) != nil
		},
		"fill": func(_ *scripted, arg string) bool { return fill(arg) },
		"latefill": func(k *scripted, arg string) bool {
			k.after = func() {
				time.Sleep(300 * time.Millisecond) // until the run's end is told
				fill(arg)
			}
			return false
		},
		"mkdir":  func(_ *scripted, arg string) bool { return os.MkdirAll(arg, 0o700) != nil },
		"remove": func(_ *scripted, arg string) bool { return os.RemoveAll(arg) != nil },
		"rename": func(_ *scripted, arg string) bool {
			from, to, _ := strings.Cut(arg, " ")
			return os.Rename(from, to) != nil
		},
		"many": func(_ *scripted, arg string) bool {
			n, _ := strconv.Atoi(arg)
			for i := range n {
				_ = os.WriteFile(filepath.Join("many", strconv.Itoa(i)), nil, 0o600)
			}
			return false
		},
	}
}

// await waits until the test has put a file there.
func await(name string) {
	for {
		if _, err := os.Stat(name); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func signalTo(pid int, arg string) bool {
	n, _ := strconv.Atoi(arg)
	_ = syscall.Kill(pid, syscall.Signal(n))
	if pid == os.Getpid() {
		time.Sleep(time.Minute)
	}
	return true
}

func flood(_ *scripted, arg string) bool {
	n, _ := strconv.Atoi(arg)
	line := append(bytes.Repeat([]byte("x"), 63), '\n')
	block := bytes.Repeat(line, 256)
	for n > 0 {
		written, _ := os.Stdout.Write(block[:min(n, len(block))])
		n -= written
	}
	return false
}

// spawnLeftover starts a process in a session of its own, which holds the
// kernel's output open, and prints its pid. The argument is how heavy it is.
func spawnLeftover(_ *scripted, arg string) bool {
	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = as(leftover, heavy+"="+arg)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if cmd.Start() != nil {
		return true
	}
	fmt.Println(cmd.Process.Pid)
	return false
}

// fill writes a file of so many MiB.
func fill(arg string) (failed bool) {
	name, mib, _ := strings.Cut(arg, " ")
	n, _ := strconv.Atoi(mib)
	return os.WriteFile(name, make([]byte, n<<20), 0o600) != nil
}
