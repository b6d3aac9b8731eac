package main

import "syscall"

func getpid32() int32

// oldGetpid asks for the process's id through the kernel's 32-bit door.
func oldGetpid() syscall.Errno {
	if pid := getpid32(); pid < 0 {
		return syscall.Errno(-pid)
	}
	return 0
}
