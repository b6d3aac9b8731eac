package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// Where proc_pid_stat(5) has what, counted from the state.
const (
	parentField   = 4 - 3
	threadsField  = 20 - 3
	startField    = 22 - 3
	exitCodeField = 52 - 3
)

// Ended returns the wait status of a process of ours that has ended and was not
// reaped yet; false for one that lives, or is not there.
func (t *Table) Ended(pid int) (syscall.WaitStatus, bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil || !t.Ours(pid) {
		return 0, false
	}
	p, err := parse(pid, stat)
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if err != nil || !p.gone() || len(fields) <= exitCodeField {
		return 0, false
	}
	code, err := strconv.ParseUint(string(fields[exitCodeField]), 10, 32)
	return syscall.WaitStatus(code), err == nil
}

// process is what /proc/PID/stat says of one (proc_pid_stat(5)).
type process struct {
	identity
	parent  int
	state   byte
	threads int
}

// gone is true of a process that has ended and waits to be reaped. One whose
// first thread alone has ended looks so too, but for the others' number.
func (p process) gone() bool { return (p.state == 'Z' || p.state == 'X') && p.threads <= 1 }

func read(pid int) (process, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, err
	}
	return parse(pid, stat)
}

// parse looks behind the last parenthesis: the name before it is the
// process's own choice.
func parse(pid int, stat []byte) (process, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startField || len(fields[0]) != 1 {
		return process{}, fmt.Errorf("stat of process %d is not understood", pid)
	}
	parent, err := strconv.Atoi(string(fields[parentField]))
	threads, err2 := strconv.Atoi(string(fields[threadsField]))
	started, err3 := strconv.ParseUint(string(fields[startField]), 10, 64)
	if err := errors.Join(err, err2, err3); err != nil {
		return process{}, fmt.Errorf("stat of process %d: %w", pid, err)
	}
	return process{
		identity: identity{pid: pid, started: started},
		parent:   parent, state: fields[0][0], threads: threads,
	}, nil
}

// each calls see for every process of ours that has not ended, but for
// ourselves, as soon as it is found: it may be gone a moment later.
func (t *Table) each(see func(process)) error {
	dir, err := os.Open("/proc")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || !t.Ours(pid) {
			continue
		}
		if p, err := read(pid); err == nil && !p.gone() {
			see(p)
		}
	}
	return nil
}
