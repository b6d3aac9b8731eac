package disk_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// holder is another process that has a file open.
type holder struct {
	pid int
	in  io.Writer
	out *bufio.Scanner
}

func startHolder(t *testing.T, name string, bytes int) holder {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLD="+name, fmt.Sprintf("HOLD_BYTES=%d", bytes))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	h := holder{cmd.Process.Pid, in, bufio.NewScanner(out)}
	h.heard(t)
	return h
}

func (h holder) is(pid int) bool { return pid == h.pid }

// say has the holder do something, and returns when it has.
func (h holder) say(t *testing.T, word string) {
	t.Helper()
	if _, err := fmt.Fprintln(h.in, word); err != nil {
		t.Fatal(err)
	}
	h.heard(t)
}

func (h holder) heard(t *testing.T) {
	t.Helper()
	if !h.out.Scan() || h.out.Text() != "done" {
		t.Fatalf("the holder says %q: %v", h.out.Text(), h.out.Err())
	}
}

func TestMain(m *testing.M) {
	if name := os.Getenv("HOLD"); name != "" {
		hold(name)
		return
	}
	os.Exit(m.Run())
}

// hold opens a file, maps it when told to and lets go of its descriptor.
func hold(name string) {
	var bytes int
	_, _ = fmt.Sscan(os.Getenv("HOLD_BYTES"), &bytes)
	f, err := os.Create(name)
	must(err)
	_, err = f.Write(make([]byte, bytes))
	must(err)
	fmt.Println("done")
	var mapping []byte
	for words := bufio.NewScanner(os.Stdin); words.Scan(); fmt.Println("done") {
		switch words.Text() {
		case "map":
			mapping, err = syscall.Mmap(int(f.Fd()), 0, bytes, syscall.PROT_READ, syscall.MAP_SHARED)
			must(err)
			must(f.Close())
		case "unmap":
			must(syscall.Munmap(mapping))
		}
	}
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
