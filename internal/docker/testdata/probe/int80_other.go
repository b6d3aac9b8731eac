//go:build !amd64

package main

import "syscall"

func oldGetpid() syscall.Errno { return syscall.ENOSYS }
