package protocol

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix" // the one socket option that package net does not set
)

// KeepAlive is how a connection on which nothing is said is tested: a peer whose
// machine has gone is noticed within 25 seconds. (While a call is under way,
// Silence notices it first.)
var KeepAlive = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}

// ackTime is how long what was sent may stay unacknowledged, in milliseconds
// (tcp(7), TCP_USER_TIMEOUT): else the kernel tries for a quarter of an hour, in
// which a keep-alive is not even asked.
const ackTime = 25_000

// Impatient has the kernel give a connection up as KeepAlive does also while data
// is on its way. Accepted connections have it of their listener.
func Impatient(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, ackTime)
	})
	if err != nil {
		return err
	}
	return failed
}
