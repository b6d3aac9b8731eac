package seccomp

// Removal takes system calls out of the engine's default.
type Removal struct {
	Reason string
	Names  []string
}

// Removed returns what the default allows every container and a sandbox goes
// without. Nothing in the library stack, Chromium or the supervisor needs it.
func Removed() []Removal {
	return []Removal{
		{"reads, writes and steers other processes: PID 1 has the sandbox's own uid",
			[]string{"ptrace", "process_vm_readv", "process_vm_writev", "process_mrelease"}},
		{"outlives the process that made it, so that no clean-up finds it, and its messages are a stock tool of kernel exploits; multiprocessing uses /dev/shm instead",
			[]string{
				"ipc", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop",
				"semtimedop_time64", "shmat", "shmctl", "shmdt", "shmget",
				"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64",
				"mq_timedsend", "mq_timedsend_time64", "mq_unlink",
			}},
		{"the old asynchronous I/O, a kernel interface of database servers",
			[]string{"io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit"}},
		{"moves user pages into pipes without a copy",
			[]string{"vmsplice"}},
		{"memory that nobody else can look into, locked in RAM",
			[]string{"memfd_secret"}},
		{"16-bit segments, for emulators of old systems only",
			[]string{"modify_ldt"}},
		{"useless without the capability that its sibling call asks for",
			[]string{"fanotify_mark"}},
		{"makes a handle that goes round path look-up",
			[]string{"name_to_handle_at"}},
		{"lists mounts of the host that lie behind the sandbox's",
			[]string{"listmount", "statmount"}},
		{"hides the arguments of socket(2) from the filter; 32-bit only",
			[]string{"socketcall"}},
	}
}
