package mcptool

import (
	"fmt"

	"power-interpreter/orchestrator"
)

// What a death or an interrupt leaves.
const (
	allLost = "the session's variables are lost, its files are kept, and the next call runs in a fresh kernel"
	allKept = "the session's variables and files are kept"
)

// verdict says how an execution that did not simply complete or raise ended,
// and what was lost; empty for those.
func verdict(e orchestrator.Execution, limits orchestrator.SandboxLimits) string {
	left, d := allKept, e.Reply.Death
	if d != nil {
		left = allLost
	}
	switch e.Status {
	case orchestrator.StatusTimeout:
		return fmt.Sprintf("timeout: the code ran longer than its %s and was %s; %s. %s", span(e.Timeout), stopped(d), left, longer)
	case orchestrator.StatusCancelled:
		if e.Started.IsZero() {
			return "cancelled: it was cancelled before it started; nothing ran"
		}
		return fmt.Sprintf("cancelled: the code was %s; %s", stopped(d), left)
	case orchestrator.StatusLost:
		return "lost: the server or the sandbox stopped during the run, and what became of it cannot be known; the session's files are kept. Look at them, then run the code again"
	}
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s: %s; %s. %s", orchestrator.CodeKernel, death(*d, limits), left, next(*d))
}

const longer = "For longer work use submit_job"

// stopped says how code was made to stop.
func stopped(d *orchestrator.Death) string {
	switch {
	case d == nil:
		return "interrupted"
	case d.Cause == orchestrator.CauseReset:
		return "ended by a reset of the session"
	case d.Cause == orchestrator.CauseGone:
		return "ended with its sandbox"
	case d.Cause == orchestrator.CauseKilled:
		return "interrupted, would not stop, and was killed"
	default:
		return "interrupted, and its kernel died of it"
	}
}

// death says what a kernel died of, with the limit that was met.
func death(d orchestrator.Death, limits orchestrator.SandboxLimits) string {
	switch d.Cause {
	case orchestrator.CauseOOM:
		return "out of memory: " + memory(d, limits)
	case orchestrator.CauseDisk:
		return fmt.Sprintf("disk full: the session's files reached %s of the %s that they may take, and what wrote them would not stop and was killed",
			brief(d.Peak), brief(limits.Disk))
	case orchestrator.CauseSignal:
		return signalled(d.Signal)
	case orchestrator.CauseExit:
		return fmt.Sprintf("the code ended the kernel's process with exit code %d", d.ExitCode)
	case orchestrator.CauseKilled:
		return "the kernel would not stop when interrupted, and was killed"
	case orchestrator.CauseReset:
		return "the session was reset"
	default:
		return "the sandbox went away during the run"
	}
}

func memory(d orchestrator.Death, limits orchestrator.SandboxLimits) string {
	limit := d.Limit
	if limit <= 0 {
		limit = limits.Memory
	}
	words := "the kernel was killed at the session's limit of " + brief(limit)
	if d.Peak > 0 {
		words += ", having peaked at " + brief(d.Peak)
	}
	return words
}

// signalled says how a signal ended a kernel.
func signalled(signal string) string {
	if crashes[signal] {
		return "the kernel crashed by the signal " + signal
	}
	return "the kernel's process was ended by the signal " + signal
}

// crashes are the signals that a fault in native code raises. The others are
// sent: by kill, by a timer, or for a limit that the code set on itself.
var crashes = map[string]bool{
	"SIGSEGV": true, "SIGABRT": true, "SIGBUS": true, "SIGFPE": true, "SIGILL": true, "SIGTRAP": true, "SIGSYS": true,
}

// next is what to do after a death.
func next(d orchestrator.Death) string {
	if d.Cause == orchestrator.CauseSignal && !crashes[d.Signal] {
		if d.Signal == "SIGKILL" {
			return "The code's own kill sent it, or the host, being out of memory; run the code again without that"
		}
		return "The code sent it, by a kill, a timer or a resource limit of its own; run it again without that"
	}
	if words, known := advice[d.Cause]; known {
		return words
	}
	return "Run the code again"
}

// advice is what to do next, by what the kernel died of.
var advice = map[orchestrator.Cause]string{
	orchestrator.CauseOOM:    "Load less at a time (usecols, dtypes, chunksize, or query_dataset over the file), then run it again",
	orchestrator.CauseSignal: "A native library is the likely cause; run the code in smaller steps to find the call",
	orchestrator.CauseDisk:   "Delete files of the session first",
	orchestrator.CauseExit:   "Leave out os._exit(); sys.exit() ends a cell and keeps its session",
	orchestrator.CauseKilled: "Run the code in smaller steps",
	orchestrator.CauseReset:  "Run the code again if it is still wanted",
}

// hit says what it means that processes of a cell met a limit.
func hit(name string, limits orchestrator.SandboxLimits) string {
	switch name {
	case "oom":
		return fmt.Sprintf("limit met: memory (%s); a process that the code started was killed", brief(limits.Memory))
	case "pids":
		return fmt.Sprintf("limit met: too many processes and threads (%d); some could not start: use fewer workers (n_jobs, Pool)", limits.Pids)
	case "disk":
		return "limit met: disk full; what was being written is incomplete: delete files and try again"
	default:
		return "limit met: " + clip(name, maxEcho)
	}
}
